"""The judges that look at both sides as they are, and the score: from the definition to the exit code
and every report."""
import re

import pytest

import fleet
from support import check, run

AT = ("--deployed-at", str(fleet.DEPLOYED_AT), "--no-wait")
BAD = {"latency": fleet.after_deploy(3)}
KAYENTA = fleet.CHECK.replace("{history: 2000s}", "{method: kayenta, looks: 2}")
MANN_WHITNEY = fleet.CHECK.replace("{history: 2000s}", "{method: mann-whitney, looks: 2}")
METRICS = """
metrics:
  - {name: latency, query: latency, host_label: host, unit: s, worse: higher, allow: 10%, groups: [speed]}
  - {name: errors, errors: errors, total: requests, host_label: host, worse: higher, allow: 10%}
"""
UNSCORED = METRICS.replace(", groups: [speed]", "")
SCORE = "score: {pass: 95, marginal: 50, groups: {speed: 40}}\n"
LENIENT = "score: {pass: 60, marginal: 50, groups: {speed: 40}}\n"


def judge(root, text, *flags, bends=None):
    fleet.write(root, bends, text)
    return check(root, "web", *AT, *flags)


def flat(text):
    return " ".join(text.split())


@pytest.mark.parametrize("text, method", [(KAYENTA, "kayenta"), (MANN_WHITNEY, "mann-whitney")])
def test_a_good_canary_passes_and_a_bad_one_is_stopped(root, text, method):
    good = judge(root, text + UNSCORED)
    assert (good.code, good.json["verdict"], good.json["evidence"]) == (0, "pass", "weak"), good
    assert {metric["judge"] for metric in good.json["metrics"]} == {method}
    assert "history" not in good.err, "none is asked for"
    assert good.json["score"] is None
    assert [w["code"] for w in good.json["warnings"]].count("independence_assumed") == 2

    bad = judge(root, text + UNSCORED, bends=BAD)
    assert (bad.code, bad.codes()) == (1, ["regression"]), bad
    assert bad.json["window"]["looks_done"] == 1
    assert bad.junit.xpath("string(//failure/@message)") == bad.json["reasons"][0]["text"]


def test_kayenta_speaks_of_a_shift_and_never_of_chance(root):
    answer = judge(root, KAYENTA + UNSCORED, bends=BAD)
    latency = answer.metric("latency")
    assert latency["effect"]["kind"] == "difference"
    assert 0.3 < latency["effect"]["lower"] < latency["effect"]["estimate"] < latency["effect"]["upper"]
    assert (latency["p_value"], latency["adjusted_p_value"], latency["sensitivity"]) == (None,) * 3
    text = answer.json["reasons"][0]["text"]
    assert text.startswith("latency is higher on the canary: 0.") and "98 % interval" in text
    assert text.endswith("; Kayenta's test says High")
    assert ("How often this gate stops a deploy when nothing is wrong is not known: the check asks for "
            "Kayenta's judge, which does not measure what is normal (`judge: placebo` does). The evidence "
            "is weak for that reason. Under Kayenta's judge expected is the baseline's mean, and the "
            "change is how far a canary's point typically lies from a baseline's, not how far the means "
            "are apart.") in flat(answer.out)
    assert "1 time in 100" not in answer.out


def test_mann_whitney_speaks_of_a_ratio_and_what_its_chance_is_worth(root):
    answer = judge(root, MANN_WHITNEY + UNSCORED, bends=BAD)
    latency = answer.metric("latency")
    assert latency["effect"]["kind"] == "ratio"
    assert 1.8 < latency["effect"]["lower"] < latency["effect"]["upper"] < 2.2
    assert latency["adjusted_p_value"] <= 0.01
    assert latency["sensitivity"] > 0.1
    assert answer.json["reasons"][0]["text"].endswith(
        "; the Mann-Whitney test expects such a difference by chance in less than 1 of 1,000 "
        "comparisons, if every point is independent and all hosts are alike")


def test_soft_mode_and_override_let_them_through_as_any_other(root):
    soft = judge(root, KAYENTA + UNSCORED, "--soft-fail", bends=BAD)
    assert (soft.code, soft.json["hard_exit_code"], soft.json["verdict"]) == (0, 1, "fail")
    overridden = judge(root, KAYENTA + SCORE + METRICS, "--override", "known", bends=BAD)
    assert (overridden.code, overridden.json["hard_exit_code"]) == (0, 1)
    assert 'Overridden by an unknown user: "known".' in overridden.out


def test_a_score_below_its_bar_stops_the_deploy(root):
    answer = judge(root, KAYENTA + SCORE + METRICS, bends=BAD)
    assert (answer.code, answer.codes()) == (1, ["score", "regression"]), answer
    assert answer.json["reasons"][0]["text"] == (
        "the canary scores 60 of 100, below the 95 it needs: speed 0 (weight 40), ungrouped 100 "
        "(weight 60)")
    assert answer.json["score"] == {
        "value": 60, "classification": "marginal", "pass": 95, "marginal": 50,
        "groups": [{"name": "speed", "score": 0, "weight": 40},
                   {"name": "ungrouped", "score": 100, "weight": 60}]}
    assert answer.json["window"]["looks_done"] == 2
    assert "STOPPED" in answer.out and "the canary scores 60 of 100" in flat(answer.out)


def test_a_score_below_marginal_does_not_wait_for_the_windows_end(root):
    bends = {"latency": fleet.after_deploy(3), "errors": fleet.after_deploy(4)}
    answer = judge(root, KAYENTA + SCORE + METRICS, bends=bends)
    assert answer.json["window"]["looks_done"] == 1
    assert answer.json["reasons"][0]["text"] == (
        "the canary scores 0 of 100 so far, below the 50 at which the gate waits no longer: speed 0 "
        "(weight 40), ungrouped 0 (weight 60)")


@pytest.mark.parametrize("text", [KAYENTA, MANN_WHITNEY, fleet.CHECK],
                         ids=["kayenta", "mann-whitney", "placebo"])
def test_what_the_score_lets_through_is_said_plainly(root, text):
    answer = judge(root, text + LENIENT + METRICS, bends=BAD)
    assert (answer.code, answer.json["verdict"], answer.codes()) == (0, "pass", []), answer
    assert answer.metric("latency")["verdict"] == "fail"
    assert answer.out.startswith(
        "PASSED: the canary's score is good enough, though 1 metric failed (web in test)")
    assert ("1 metric failed and was let through by the check's `score`: the canary scores 60 of 100, "
            "and 60 is enough.") in flat(answer.out)
    assert "FAIL, let through" in answer.out
    assert answer.junit.xpath("string(//skipped/@message)").startswith(
        "failed, but the score let it through: latency is higher on the canary")


def test_no_score_makes_up_for_silence_or_for_a_critical_metric(root):
    silent = judge(root, KAYENTA + LENIENT + METRICS, bends={"latency": fleet.after_deploy(None)})
    assert (silent.code, silent.codes()[0]) == (1, "canary_silent"), silent
    critical = METRICS.replace("groups: [speed]", "groups: [speed], critical: true")
    failed = judge(root, KAYENTA + LENIENT + critical, bends=BAD)
    assert failed.code == 1
    assert failed.json["window"]["looks_done"] == 1
    assert failed.json["reasons"][0]["text"] == (
        "the canary scores 0 of 100, because 'latency' is critical and failed")


def test_explain_does_not_promise_what_these_judges_cannot_keep(root):
    fleet.write(root, None, KAYENTA + SCORE + METRICS)
    answer = run("explain", "web", "--config", root, "--now", fleet.END)
    assert answer.code == 0, answer
    for words in ("How often it stops a deploy when nothing is wrong is not known (judge kayenta).",
                  "score: at least 95 of 100 at the end, 50 at looks before; weights: speed 40",
                  "is compared by Kayenta's judge, which does not know what it could catch"):
        assert words in answer.out, answer
    assert "history" not in answer.out.split("Metrics")[0]


def test_too_few_points_for_mann_whitney_are_undecided(root):
    short = MANN_WHITNEY.replace("duration: 100s", "duration: 20s").replace("looks: 2", "looks: 1, false_alarms: 0.01%")
    answer = judge(root, short + UNSCORED)
    assert (answer.code, answer.json["verdict"]) == (1, "undecided"), answer
    assert answer.json["reasons"][0]["text"] == (
        "latency has too few points (4 of the canary, 12 of the baseline): were all of the canary's "
        "worse than all others, the Mann-Whitney test could not be sure enough; a longer window or a "
        "shorter step gives it more")
    assert ("For a decision next time, give the canary more traffic or more hosts, or lengthen "
            "`window.duration`.") in flat(answer.out), "no history is read, and `detect` was not the reason"


def test_too_much_noise_for_mann_whitney_names_what_it_asks_for(root):
    answer = judge(root, MANN_WHITNEY.replace("looks: 2", "looks: 2, detect: 1%") + UNSCORED)
    assert (answer.code, answer.json["verdict"]) == (1, "undecided"), answer
    assert ("give the canary more traffic or more hosts, lengthen `window.duration`, or raise "
            "`judge.detect` if larger changes are all that matters.") in flat(answer.out)


def test_fixed_limits_alone_are_not_called_a_comparison(root):
    text = fleet.CHECK.replace("{history: 2000s}", "threshold") + (
        "metrics:\n  - {name: latency, query: latency, host_label: host, unit: s, worse: higher, "
        "limit: {max: 300ms}}\n")
    good = judge(root, text)
    assert good.code == 0, good
    assert good.out.startswith("PASSED: the canary is within its fixed limits (web in test)")
    assert ("Held against fixed limits: 2 canary hosts (web-1 and web-2), from 12:00:20 to 12:02:00 UTC, "
            "after the deploy at 12:00:00 UTC.") in flat(good.out)
    bad = judge(root, text, bends=BAD)
    assert bad.out.startswith("STOPPED: the canary is beyond a fixed limit (web in test)")
    assert "canarygate held them against fixed limits, from 12:00:20" in flat(bad.out)
    assert "ompared" not in good.out + bad.out


MUST = KAYENTA.replace("looks: 2", "looks: 2, must_have_data: true")
NO_COUNTS = {metric: fleet.after_deploy(None, fleet.HOSTS) for metric in ("errors", "requests")}


def test_a_metric_that_must_have_data_is_not_called_worse(root):
    answer = judge(root, MUST + UNSCORED, bends=NO_COUNTS)
    assert (answer.code, answer.json["verdict"], answer.codes()) == (1, "fail", ["no_data"]), answer
    assert answer.out.startswith("STOPPED: a metric that must have data has none (web in test)")
    words = flat(answer.out)
    assert "No statistics are involved: the check says that this metric must have data." in words
    assert ("See whether the queries below return anything for these hosts; `canarygate hosts web` shows "
            "which host is found in which series. That it stops the deploy is what the check's "
            "`must_have_data` says.") in words
    assert "query requests" in words


def test_no_score_makes_up_for_a_metric_that_must_have_data(root):
    answer = judge(root, MUST + "score: {pass: 40, marginal: 20, groups: {speed: 40}}\n" + METRICS,
                   bends=NO_COUNTS)
    assert (answer.code, answer.json["verdict"], answer.codes()) == (1, "no_data", ["no_data"]), answer
    assert (answer.json["score"]["value"], answer.metric("errors")["verdict"]) == (40, "no_data")


def test_an_unfinished_window_is_stopped_though_the_score_waits_for_its_end(root):
    patient = ("score: {pass: 50, marginal: 0}\non_undecided: pass\n" + UNSCORED)
    bends = {"latency": fleet.after_deploy(3), "errors": fleet.after_deploy(4)}
    answer = judge(root, KAYENTA + patient, "--now", str(fleet.DEPLOYED_AT + 90), bends=bends)
    assert (answer.code, answer.json["verdict"], answer.codes()) == (1, "undecided", ["window_incomplete"])
    words = flat(answer.out)
    assert answer.json["reasons"][0]["text"] == (
        "every metric has failed so far, and the score decides when the window ends")
    assert ("2 metrics failed so far. The check's `score` decides at the window's end: the canary scores "
            "0 of 100 now, and needs 50 then.") in words
    assert "FAIL so far" in words and "let through" not in words
    assert answer.junit.xpath("string(//skipped/@message)").startswith(
        "failed so far, and the score decides at the window's end: latency is higher")


def test_a_history_too_large_to_fetch_is_thinned_and_told(root):
    hosts = [f"web-{n}" for n in range(3, 70)]
    root.check(fleet.CHECK.replace("[web-3, web-4, web-5, web-6, web-7, web-8]", f"[{', '.join(hosts)}]")
               .replace("step: 10s", "step: 1s").replace("history: 2000s", "history: 24h") + fleet.METRICS)
    root.environment(fleet.FILE)
    root.numbers(fleet.rows())
    answer = check(root, "web", "--deployed-at", str(fleet.DEPLOYED_AT))
    told = [warning["text"] for warning in answer.json["warnings"] if warning["code"] == "thinned_history"]
    assert len(told) == 1, answer
    text = r"the history is (\d+) windows instead of all that fit in it, to keep the queries small"
    windows = int(re.fullmatch(text, told[0])[1])
    # 24 h are 864 windows of 100 points; 3 queries of 69 hosts may have 24,154 points each: so many that
    # lie apart, with their references of 400, or more where references are shared.
    assert (24_154 - 600) // 500 <= windows <= 241
