#include "checks/http/failure.h"

#include <fmt/format.h>

#include "checks/http/url.h"

namespace canarygate {

namespace {

using Cause = HttpFailure::Cause;

ErrorKind kind_of(Cause cause) {
  if (cause == Cause::out_of_patience) return ErrorKind::timeout;
  if (cause == Cause::interrupted) return ErrorKind::interrupted;
  return ErrorKind::backend;
}

bool may_pass(Cause cause) {
  // A request that timed out is not repeated: it would take the same time again.
  return cause == Cause::host_not_found || cause == Cause::proxy_not_found ||
         cause == Cause::not_connected || cause == Cause::dropped;
}

std::string tls_text(const HttpFailure& failure, const HttpRequest& request,
                     const std::string& host) {
  switch (failure.cause) {
    case Cause::certificate_expired:
      return fmt::format(
          "{}: its TLS certificate has expired; have it renewed, or check this machine's clock",
          host);
    case Cause::certificate_not_yet_valid:
      return fmt::format("{}: its TLS certificate is not valid yet; check this machine's clock",
                         host);
    case Cause::wrong_host:
      return fmt::format(
          "{}: its TLS certificate is for another host; use a name that the certificate carries",
          host);
    case Cause::unknown_issuer:
      return request.ca_file.empty()
                 ? fmt::format(
                       "{}: its TLS certificate is from an authority this machine does not "
                       "know; set `ca` to that authority's PEM file",
                       host)
                 : fmt::format(
                       "{}: its TLS certificate is not from the authority in '{}'; set "
                       "`ca` to the right one's PEM file",
                       host, request.ca_file);
    case Cause::ca_unreadable:
      return fmt::format(
          "{}: cannot read certificates from '{}'; `ca` must name a PEM file that "
          "this user may read",
          host, request.ca_file);
    default:
      return fmt::format("{}: no TLS connection ({}); is it an https server on that port?", host,
                         failure.detail);
  }
}

std::string redirect_text(const HttpFailure& failure, const std::string& host) {
  switch (failure.cause) {
    case Cause::too_many_redirects:
      return fmt::format("{} redirects in circles; configure the address that answers", host);
    case Cause::redirected_to_plain_http:
      return fmt::format(
          "{} redirects from https to plain http at {}, which is not followed; configure "
          "an address that answers itself",
          host, failure.detail);
    default:
      return fmt::format(
          "{} redirects to {}, where headers and credentials are not sent; configure "
          "the address that answers itself",
          host, failure.detail);
  }
}

std::string text_of(const HttpFailure& failure, const HttpRequest& request) {
  const std::string host = host_of(request.url);
  switch (failure.cause) {
    case Cause::bad_url:
      return fmt::format("'{}' is not the address of an http or https server; correct it", host);
    case Cause::host_not_found:
      return fmt::format("{}: no such host; check that name and this machine's DNS", host);
    case Cause::proxy_not_found:
      return fmt::format(
          "{}: the proxy's host was not found; check http_proxy, https_proxy and "
          "no_proxy in the environment",
          host);
    case Cause::proxy_refused:
      return fmt::format(
          "{}: the proxy refused the connection ({}); check https_proxy and "
          "no_proxy in the environment",
          host, failure.detail);
    case Cause::not_connected:
      return fmt::format(
          "{}: cannot connect ({}); check host and port, and that the server "
          "runs",
          host, failure.detail);
    case Cause::dropped:
      return fmt::format("{} closed the connection before it had answered; check the server's log",
                         host);
    case Cause::timed_out:
      return fmt::format(
          "{} did not answer within {}; check the server's load, or raise "
          "`request_timeout`",
          host, failure.detail);
    case Cause::out_of_patience:
      return fmt::format(
          "{} had not answered when the time for it ran out; check the server's "
          "load, or raise `--timeout`",
          host);
    case Cause::interrupted:
      return fmt::format("interrupted while waiting for {}", host);
    case Cause::body_too_large:
      return fmt::format("{} sent more than {}; ask for less at a time", host, failure.detail);
    case Cause::headers_too_large:
      return fmt::format("{} sent more than 64 KiB of headers; is it the right server?", host);
    case Cause::bad_encoding:
      return fmt::format("{} sent a body that cannot be decompressed; check proxies in between",
                         host);
    case Cause::too_many_redirects:
    case Cause::redirected_elsewhere:
    case Cause::redirected_to_plain_http:
      return redirect_text(failure, host);
    case Cause::certificate_expired:
    case Cause::certificate_not_yet_valid:
    case Cause::wrong_host:
    case Cause::unknown_issuer:
    case Cause::ca_unreadable:
    case Cause::tls:
      return tls_text(failure, request, host);
    case Cause::other:
      break;
  }
  return fmt::format("{}: the request failed ({}); check its address and proxies in between", host,
                     failure.detail);
}

}  // namespace

Error describe(const HttpFailure& failure, const HttpRequest& request) {
  return {kind_of(failure.cause), text_of(failure, request), may_pass(failure.cause)};
}

}  // namespace canarygate
