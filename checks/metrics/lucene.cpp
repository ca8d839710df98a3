#include "checks/metrics/lucene.h"

#include <algorithm>

namespace canarygate::lucene {

namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view query) : query_(query) {}

  std::vector<std::string> scan() {
    while (at_ < query_.size()) next();
    end_term();
    return std::move(fields_);
  }

 private:
  void next() {
    const char c = query_[at_];
    if (c == '"' || (c == '/' && term_.empty())) {
      end_term();
      pass_to(c);
    } else if (c == '[' || c == '{') {  // a range: times in it have colons
      end_term();
      at_ = std::min(query_.find_first_of("]}", at_), query_.size() - 1) + 1;
    } else if (c == '\\' && at_ + 1 < query_.size()) {
      term_ += query_[at_ + 1];
      at_ += 2;
    } else if (c == ':') {
      ++at_;
      end_field();
    } else if (std::string_view(" \t\r\n()^~").find(c) != std::string_view::npos) {
      ++at_;
      end_term();
    } else if (term_.empty() && std::string_view("+-!").find(c) != std::string_view::npos) {
      ++at_;
    } else {
      term_ += c;
      wildcard_ = wildcard_ || c == '*' || c == '?';
      ++at_;
    }
  }

  /// Moves behind the literal that begins here and ends with `closing`.
  void pass_to(char closing) {
    ++at_;
    while (at_ < query_.size() && query_[at_] != closing) at_ += query_[at_] == '\\' ? 2U : 1U;
    ++at_;
  }

  void end_field() {
    exists_ = term_ == "_exists_";
    keep();
  }

  void end_term() {
    if (exists_ && !term_.empty()) {
      exists_ = false;
      keep();
    }
    term_.clear();
    wildcard_ = false;
  }

  void keep() {
    const bool ours = !term_.empty() && !wildcard_ && term_.front() != '_';
    if (ours && std::ranges::find(fields_, term_) == fields_.end()) fields_.push_back(term_);
    term_.clear();
    wildcard_ = false;
  }

  std::string_view query_;
  std::size_t at_ = 0;
  std::string term_;       // of the term so far, without escapes
  bool wildcard_ = false;  // in it
  bool exists_ = false;    // the term is what `_exists_:` asks for
  std::vector<std::string> fields_;
};

}  // namespace

std::vector<std::string> fields_in(std::string_view query) { return Scanner(query).scan(); }

}  // namespace canarygate::lucene
