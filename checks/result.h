/// Either a value or the reason why there is none.
///
/// Functions of this project report failure by value; nothing of ours throws. The members are those
/// of C++23's `std::expected` that we use, so that the day a compiler brings it this file can go.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace canarygate {

/// Who or what failed. Decides the exit code together with the soft-fail flag, nothing else.
enum class ErrorKind {
  usage,       ///< the command line or a CANARYGATE_ variable: exit 2 in every mode
  definition,  ///< a YAML file of ours: exit 2 in every mode
  secret,      ///< a secret reference that resolves to nothing: exit 2 in every mode
  output,      ///< a report that could not be written: exit 2 in every mode
  deploy,      ///< the command of `--deploy`: exit 2 in every mode
  discovery,   ///< a discovery source could not be asked or found nobody: trouble
  no_hosts,    ///< discovery answered, and found nobody: trouble
  backend,     ///< a metrics backend could not be asked or answered nonsense: trouble
  timeout,     ///< the run's own deadline passed: trouble
  interrupted  ///< SIGINT or SIGTERM
};

/// A failure in words a user can act on: where, what, and what to do next. One sentence or two, no
/// trailing newline, never a secret.
struct Error {
  ErrorKind kind = ErrorKind::backend;
  std::string text;
  /// The same request may succeed a moment later, or at another server.
  bool transient = false;
};

/// Tag that makes a Result hold an error: `return fail(ErrorKind::backend, "…")`.
template <typename E>
struct Unexpected {
  E error;
};

[[nodiscard]] inline Unexpected<Error> fail(ErrorKind kind, std::string text) {
  return {Error{kind, std::move(text), false}};
}

template <typename E>
[[nodiscard]] Unexpected<std::decay_t<E>> unexpected(E&& error) {
  return {std::forward<E>(error)};
}

template <typename T, typename E = Error>
class [[nodiscard]] Result {
 public:
  // Implicit on purpose, as in std::expected: `return value;` and `return fail(…);` both read well.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT
  Result(Unexpected<E> failure)
      : state_(std::in_place_index<1>, std::move(failure.error)) {}  // NOLINT

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  /// The value. Only after has_value() said true.
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// The error. Only after has_value() said false.
  E& error() & { return std::get<1>(state_); }
  const E& error() const& { return std::get<1>(state_); }
  E&& error() && { return std::get<1>(std::move(state_)); }

  template <typename U>
  T value_or(U&& fallback) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(fallback));
  }

 private:
  std::variant<T, E> state_;
};

/// For functions that only succeed or fail.
struct Done {};
using Status = Result<Done>;

}  // namespace canarygate
