#!/bin/sh
# The gate as a Buildkite command, with its explanation as an annotation of the build. Takes what
# `canarygate check` takes: .buildkite/canarygate.sh web --env production-us
set -u
folder=canarygate
rm -f $folder/report.*
code=0
canarygate check "$@" --report junit=$folder/report.xml --report json=$folder/report.json \
  --report html=$folder/report.html --report markdown=$folder/report.md || code=$?

style=success
if [ "$code" != 0 ]; then
  style=error
elif ! grep -q '^  "verdict": "pass",$' $folder/report.json; then
  # Soft mode, an override or a policy let it through: a soft failure, and the build goes on.
  style=warning
  code=80
fi
# There is none where the command line is no good.
if [ -f $folder/report.md ]; then
  buildkite-agent annotate --style $style --context "canarygate-${BUILDKITE_STEP_KEY:-gate}" \
    < $folder/report.md || echo 'canarygate: there is no annotation; the gate stands' >&2
fi
exit "$code"
