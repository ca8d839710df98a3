#include <algorithm>
#include <utility>

#include "checks/gate/recording.h"
#include "checks/gate/run.h"

namespace canarygate::gate {

namespace {

using Reasons = std::vector<Reason>;

Reasons from(const Reasons& reasons, std::size_t first) {
  return {reasons.begin() + static_cast<std::ptrdiff_t>(std::min(first, reasons.size())),
          reasons.end()};
}

void append(Reasons& all, const Reasons& more) { all.insert(all.end(), more.begin(), more.end()); }

}  // namespace

/// `before`: the causes as they were when the judgement began.
void Run::note_judged(Causes before) {
  if (!request_.record) return;
  judged_ = Judged{looks_done_, std::move(before), {}, groups_, {}};
  judged_->known = known_causes();
  for (const Reply& reply : replies_) {
    Reply window;
    window.error = reply.error;
    std::ranges::copy_if(reply.pieces, std::back_inserter(window.pieces),
                         [](const Piece& piece) { return piece.from >= 1; });
    judged_->windows.push_back(std::move(window));
  }
}

Run::KnownCauses Run::known_causes() const {
  return {causes_.fail.size(), causes_.trouble.size(), causes_.undecided.size()};
}

/// All but the replies and remarks, which the end of the run still reads.
std::shared_ptr<Recording> Run::record() {
  if (outcome_.metrics.empty()) describe_metrics();
  auto recording = std::make_shared<Recording>();
  recording->definition = request_.loaded.tree;
  recording->file = check_.file;
  if (!request_.only.empty()) {  // those there are: names may be wrong, and are a reason then
    for (const MetricSpec& metric : check_.metrics) recording->only.push_back(metric.name);
  }
  for (const auto& [name, backend] : backends_) recording->backends[name] = spec_of(name).type;
  for (const MetricOutcome& metric : outcome_.metrics) recording->links.push_back(metric.links);
  recording->groups = judged_ ? judged_->groups : groups_;
  recording->plan = plan_;
  recording->timeline = timeline_;
  recording->looks_done = looks_done_;
  recording->confirmed = confirmed_;
  KnownCauses known;
  if (judged_) {
    recording->looks_judged = judged_->looks_done;
    recording->before = judged_->before;
    known = judged_->known;
    for (std::size_t q = 0; q < replies_.size(); ++q) {
      Reply& judged = judged_->windows[q];
      std::erase_if(replies_[q].pieces, [](const Piece& piece) { return piece.from >= 1; });
      std::ranges::move(judged.pieces, std::back_inserter(replies_[q].pieces));
      replies_[q].error = std::move(judged.error);
    }
  }
  recording->after = {from(causes_.fail, known.fail), from(causes_.trouble, known.trouble),
                      from(causes_.undecided, known.undecided)};
  recording->outcome = outcome_;
  recording->outcome.metrics.clear();
  return recording;
}

void Run::keep_replies(Recording& recording) {
  recording.replies = std::move(replies_);
  recording.remarks = std::move(remarks_);
  recording.outcome.finished_at = outcome_.finished_at;
  recording.outcome.timings = outcome_.timings;
}

/// The steps from the last look on, with what was seen then.
Outcome Run::replay(const Recording& recording) {
  const Outcome& seen = recording.outcome;
  outcome_.trouble_kind = seen.trouble_kind;
  outcome_.interrupted_by = seen.interrupted_by;
  outcome_.seed = seen.seed;
  outcome_.watched = seen.watched;
  outcome_.deployed = seen.deployed;
  outcome_.deploy_ran = seen.deploy_ran;
  outcome_.started_at = seen.started_at;
  outcome_.deployed_at = seen.deployed_at;
  outcome_.window = seen.window;
  outcome_.hosts = seen.hosts;
  outcome_.hosts.set_aside.clear();
  outcome_.warnings = seen.warnings;
  outcome_.points_fetched = seen.points_fetched;
  for (std::size_t m = 0; m < check_.metrics.size(); ++m) {
    check_.metrics[m].links = recording.links[m];
  }
  groups_ = recording.groups;
  plan_ = recording.plan;
  timeline_ = recording.timeline;
  replies_ = recording.replies;
  remarks_ = recording.remarks;
  causes_ = recording.before;
  if (recording.looks_judged) {
    looks_done_ = *recording.looks_judged;
    outcome_.window.looks_done = looks_done_;
    judge_window();
    const bool failed_to_look = recording.looks_done > looks_done_;
    if (failed_to_look && !failed_) outcome_.window.looks_done = seen.window.looks_done;
  }
  looks_done_ = recording.looks_done;
  if (recording.confirmed) confirm_judged_hosts();
  append(causes_.fail, recording.after.fail);
  append(causes_.trouble, recording.after.trouble);
  append(causes_.undecided, recording.after.undecided);
  Outcome outcome = finish();
  outcome.finished_at = seen.finished_at;
  outcome.timings = seen.timings;
  return outcome;
}

}  // namespace canarygate::gate
