/// Telling others of a run: the interface of a notifier, and the table of them.
///
/// A new one is one file with its class in an unnamed namespace, one line in `notifier.cpp`'s table
/// and, in checks/definition/notifiers.cpp, what the files may hold.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/config.h"
#include "checks/ports.h"
#include "pipelines/notify/notice.h"
#include "pipelines/notify/sockets.h"

namespace canarygate {

/// What is to be sent to one of them.
struct Message {
  HttpRequest request;
  std::optional<SocketText> text;  ///< instead of the request, and then all below is unused
  /// Beside the headers: what must not be repeated when the answer is shown.
  std::vector<std::string> secrets;
  std::string where = "`url`";  ///< the key that holds its address, for messages
  /// What lets it in, for messages: "`api_key` from the environment variable DD_API_KEY"; "" for
  /// nothing.
  std::string credentials;
  /// A web page is no answer: a login or a proxy stands in the way.
  bool answers_no_pages = true;
};

/// What can be found out of a notifier without telling anybody anything.
struct Rehearsal {
  /// What to send: a GET, or no more than a connection. It changes nothing.
  Message message;
  /// Any answer will do: the API has nothing that can be asked without a message.
  bool any_answer = false;
  std::string proven;      ///< by a good answer, a clause: `knows the token`
  std::string unproven{};  ///< what only a message would show, a clause; "" for nothing
};

class Notifier {
 public:
  Notifier() = default;
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;
  virtual ~Notifier() = default;

  /// What is to be sent; nothing where this moment is none of its business. An Error names
  /// references to secrets, never a value.
  [[nodiscard]] virtual Result<std::optional<Message>> message(const Notice& notice) = 0;
  /// ErrorKind as of message().
  [[nodiscard]] virtual Result<Rehearsal> rehearse() = 0;
  /// The answer to what was sent, when it was a success.
  virtual void accepted(const Notice& /*notice*/, const HttpResponse& /*response*/) {}
};

struct NotifierType {
  std::string name;  ///< one of notifier_keys()
  std::unique_ptr<Notifier> (*make)(const Config& config, const Ports& ports);
};

/// All of them, sorted by name.
[[nodiscard]] std::span<const NotifierType> notifier_types();

}  // namespace canarygate
