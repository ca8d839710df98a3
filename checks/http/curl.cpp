#include "checks/http/curl.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <list>
#include <optional>

#include "checks/duration.h"
#include "checks/http/failure.h"
#include "checks/http/incoming.h"
#include "checks/http/redirect.h"
#include "checks/http/url.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using Cause = HttpFailure::Cause;
using std::chrono::steady_clock;

constexpr std::size_t kAtOncePerHost = 32;
// A fleet that is scraped every second would spend its time connecting otherwise.
constexpr long kKeptConnections = 1024;
// How long an interrupt may go unnoticed.
constexpr Duration kPoll = std::chrono::milliseconds(50);

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
using Easy = std::unique_ptr<CURL, Freed<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, Freed<curl_multi_cleanup>>;
using HeaderList = std::unique_ptr<curl_slist, Freed<curl_slist_free_all>>;
using Url = std::unique_ptr<CURLU, Freed<curl_url_cleanup>>;

Duration since(steady_clock::time_point start) {
  return std::chrono::duration_cast<Duration>(steady_clock::now() - start);
}

/// One request under way. curl holds its address, so it stays where it is.
struct Transfer {
  Transfer(std::size_t place, const HttpRequest& asked, std::size_t& room)
      : index(place), request(&asked), url(asked.url), incoming(asked.max_body, room) {}

  std::size_t index;  // of the request
  const HttpRequest* request;
  std::string url;  // where redirects have led
  Incoming incoming;
  bool without_body = false;
  int redirects = 0;
  steady_clock::time_point started = steady_clock::now();
  Easy easy;
  HeaderList headers;
};

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
  return static_cast<Transfer*>(user)->incoming.add_body({data, size}) ? size : 0;
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
  return static_cast<Transfer*>(user)->incoming.add_header_line({data, size}) ? size : 0;
}

/// Scheme, host and port, with the default port written out; "" when it is no http(s) URL.
std::string origin_of(const std::string& text) {
  const Url url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return "";
  std::string origin;
  for (const CURLUPart part : {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT}) {
    char* value = nullptr;
    if (curl_url_get(url.get(), part, &value, CURLU_DEFAULT_PORT) != CURLUE_OK) return "";
    origin += (origin.empty() ? "" : " ") + to_lower(value);
    curl_free(value);
  }
  return origin.starts_with("http ") || origin.starts_with("https ") ? origin : "";
}

// X509_V_… of OpenSSL, whose headers we do not need otherwise.
constexpr long kChainIsGood = 0;
constexpr long kNotLookedAt = 1;
constexpr long kNotYetValid = 9;
constexpr long kHasExpired = 10;

Cause certificate_cause(CURL* easy) {
  long verdict = kChainIsGood;
  curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
  switch (verdict) {
    case kChainIsGood:  // so it was the name
    case kNotLookedAt:  // the name comes first
      return Cause::wrong_host;
    case kHasExpired:
      return Cause::certificate_expired;
    case kNotYetValid:
      return Cause::certificate_not_yet_valid;
    default:
      return Cause::unknown_issuer;
  }
}

HttpFailure connection_failure(CURL* easy) {
  long number = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
  std::string text = number == 0 ? "no route" : std::strerror(static_cast<int>(number));  // NOLINT
  return {Cause::not_connected, to_lower(text)};
}

HttpFailure failure_of(CURLcode code, const Transfer& transfer) {
  if (transfer.incoming.refusal) return *transfer.incoming.refusal;
  CURL* easy = transfer.easy.get();
  long proxy_status = 0;
  curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
  if (proxy_status >= 300) {
    return {Cause::proxy_refused, fmt::format("status {}", proxy_status)};
  }
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {Cause::bad_url, ""};
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Cause::host_not_found, ""};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {Cause::proxy_not_found, ""};
    case CURLE_COULDNT_CONNECT:
      return connection_failure(easy);
    case CURLE_OPERATION_TIMEDOUT:
      return {Cause::timed_out, format_duration(transfer.request->timeout)};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {certificate_cause(easy), ""};
    case CURLE_SSL_CACERT_BADFILE:
      return {Cause::ca_unreadable, ""};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
      return {Cause::tls, curl_easy_strerror(code)};
    case CURLE_BAD_CONTENT_ENCODING:
      return {Cause::bad_encoding, ""};
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return {Cause::dropped, ""};
    default:
      return {Cause::other, curl_easy_strerror(code)};
  }
}

template <typename T>
void set(const Easy& easy, CURLoption option, T value) {
  curl_easy_setopt(easy.get(), option, value);
}

void set_method(const Transfer& transfer) {
  const Easy& easy = transfer.easy;
  const HttpRequest& request = *transfer.request;
  if (transfer.without_body || request.method == "GET") {
    set(easy, CURLOPT_HTTPGET, 1L);
    return;
  }
  if (request.method == "HEAD") {
    set(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  set(easy, CURLOPT_POSTFIELDS, request.body.c_str());
  set(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void add_header(HeaderList& list, const std::string& name, const std::string& value) {
  const std::string line = value.empty() ? name + ";" : fmt::format("{}: {}", name, value);
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer != nullptr && longer != list.get()) {
    static_cast<void>(list.release());
    list.reset(longer);
  }
}

HeaderList header_list(const HttpRequest& request) {
  HeaderList list;
  // No `Expect: 100-continue`: it costs a round trip, and some proxies never answer it. curl would
  // sign the line that says so, which is never sent; it expects nothing for less than a megabyte.
  if (!request.aws) list.reset(curl_slist_append(nullptr, "Expect:"));
  for (const auto& [name, value] : request.headers) add_header(list, name, value);
  // curl signs the headers that stand here, as AWS wants it of this one.
  if (request.aws && !request.aws->session_token.empty()) {
    add_header(list, "X-Amz-Security-Token", request.aws->session_token);
  }
  return list;
}

void sign(const Easy& easy, const AwsSignature& aws) {
  const std::string scope = fmt::format("aws:amz:{}:{}", aws.region, aws.service);
  set(easy, CURLOPT_AWS_SIGV4, scope.c_str());
  set(easy, CURLOPT_USERNAME, aws.access_key_id.c_str());
  set(easy, CURLOPT_PASSWORD, aws.secret_access_key.c_str());
}

void prepare(Transfer& transfer, const std::string& user_agent) {
  transfer.easy.reset(curl_easy_init());
  transfer.headers = header_list(*transfer.request);
  const Easy& easy = transfer.easy;
  const Duration left = transfer.request->timeout - since(transfer.started);
  set(easy, CURLOPT_URL, transfer.url.c_str());
  set_method(transfer);
  set(easy, CURLOPT_HTTPHEADER, transfer.headers.get());
  set(easy, CURLOPT_USERAGENT, user_agent.c_str());
  set(easy, CURLOPT_PRIVATE, static_cast<void*>(&transfer));
  set(easy, CURLOPT_WRITEFUNCTION, &on_body);
  set(easy, CURLOPT_WRITEDATA, static_cast<void*>(&transfer));
  set(easy, CURLOPT_HEADERFUNCTION, &on_header);
  set(easy, CURLOPT_HEADERDATA, static_cast<void*>(&transfer));
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(1, left.count())));
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(easy, CURLOPT_PIPEWAIT, 1L);
  set(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (transfer.request->direct) set(easy, CURLOPT_NOPROXY, "*");
  if (transfer.request->aws) sign(easy, *transfer.request->aws);
  if (!transfer.request->ca_file.empty()) {
    set(easy, CURLOPT_CAINFO, transfer.request->ca_file.c_str());
  }
}

/// Where a response sends us on to: nothing when it is the answer itself.
std::optional<std::string> redirect_of(const Transfer& transfer) {
  char* location = nullptr;
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_REDIRECT_URL, &location);
  return location == nullptr ? std::nullopt : std::optional<std::string>(location);
}

/// All requests of one call. Takes its transfers out of the multi handle again, whatever happens.
class Batch {
 public:
  Batch(CURLM* multi, const std::string& user_agent, std::span<const HttpRequest> requests)
      : multi_(multi), user_agent_(user_agent), requests_(requests), answers_(requests.size()) {
    for (std::size_t i = 0; i < requests.size(); ++i) waiting_.push_back(i);
  }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch() {
    for (const Transfer& transfer : active_) curl_multi_remove_handle(multi_, transfer.easy.get());
  }

  std::vector<Result<HttpResponse>> run(Duration patience, const Interrupt& interrupt) {
    const auto start = steady_clock::now();
    while (true) {
      start_what_fits();
      int running = 0;
      curl_multi_perform(multi_, &running);
      collect();
      if (active_.empty() && waiting_.empty()) break;
      const Duration left = patience - since(start);
      if (interrupt.raised() || left.count() <= 0) {
        give_up(interrupt.raised() ? Cause::interrupted : Cause::out_of_patience);
        break;
      }
      const Duration pause = std::min(left, kPoll);
      curl_multi_poll(multi_, nullptr, 0, static_cast<int>(pause.count()), nullptr);
    }
    std::vector<Result<HttpResponse>> results;
    results.reserve(answers_.size());
    for (auto& answer : answers_) results.push_back(std::move(*answer));
    return results;
  }

 private:
  void start_what_fits() {
    for (auto next = waiting_.begin(); next != waiting_.end();) {
      const HttpRequest& request = requests_[*next];
      std::size_t& busy = busy_[host_of(request.url)];
      if (busy == kAtOncePerHost) {
        ++next;
        continue;
      }
      ++busy;
      launch(active_.emplace_back(*next, request, room_));
      next = waiting_.erase(next);
    }
  }

  void launch(Transfer& transfer) {
    prepare(transfer, user_agent_);
    curl_multi_add_handle(multi_, transfer.easy.get());
  }

  void collect() {
    int queued = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &queued)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      finish(*transfer, code);
    }
  }

  void finish(Transfer& transfer, CURLcode code) {
    curl_multi_remove_handle(multi_, transfer.easy.get());
    if (code != CURLE_OK) {
      settle(transfer, unexpected(describe(failure_of(code, transfer), *transfer.request)));
      return;
    }
    long status = 0;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    transfer.incoming.response.status = static_cast<int>(status);
    transfer.incoming.response.took = since(transfer.started);
    const auto next = redirect_of(transfer);
    if (!next) {
      settle(transfer, std::move(transfer.incoming.response));
    } else if (const auto failure =
                   redirect_refusal(*transfer.request, {origin_of(transfer.url), origin_of(*next),
                                                        host_of(*next), transfer.redirects})) {
      settle(transfer, unexpected(describe(*failure, *transfer.request)));
    } else {
      follow(transfer, *next);
    }
  }

  void follow(Transfer& transfer, const std::string& url) {
    ++transfer.redirects;
    // "See Other" asks for a GET. The others repeat the request as it is, unlike browsers, which
    // turn a POST into a GET and would lose the question.
    if (transfer.incoming.response.status == 303) transfer.without_body = true;
    transfer.incoming.start_over();
    transfer.url = url;
    launch(transfer);
  }

  void settle(Transfer& transfer, Result<HttpResponse> answer) {
    --busy_[host_of(transfer.request->url)];
    answers_[transfer.index] = std::move(answer);
    active_.remove_if([&](const Transfer& other) { return &other == &transfer; });
  }

  void give_up(Cause cause) {
    for (std::size_t i = 0; i < answers_.size(); ++i) {
      if (!answers_[i]) answers_[i] = unexpected(describe({cause, ""}, requests_[i]));
    }
  }

  CURLM* multi_;
  const std::string& user_agent_;
  std::span<const HttpRequest> requests_;
  std::vector<std::optional<Result<HttpResponse>>> answers_;
  std::list<std::size_t> waiting_;
  std::list<Transfer> active_;
  std::map<std::string, std::size_t> busy_;  // by host
  std::size_t room_ = kMostBytesTogether;
};

class CurlClient : public HttpClient {
 public:
  CurlClient(std::string user_agent, const Interrupt& interrupt)
      : user_agent_(std::move(user_agent)), interrupt_(interrupt) {
    // With NOSIGNAL, which threads need, curl leaves this to the program.
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi_.reset(curl_multi_init());
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, kKeptConnections);
  }

  std::vector<Result<HttpResponse>> send_all(std::span<const HttpRequest> requests,
                                             Duration patience) override {
    return Batch(multi_.get(), user_agent_, requests).run(patience, interrupt_);
  }

 private:
  std::string user_agent_;
  const Interrupt& interrupt_;
  Multi multi_;
};

}  // namespace

std::unique_ptr<HttpClient> make_curl_client(std::string user_agent, const Interrupt& interrupt) {
  return std::make_unique<CurlClient>(std::move(user_agent), interrupt);
}

}  // namespace canarygate
