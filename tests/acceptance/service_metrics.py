"""What a web service of a few hosts exposes, as OpenMetrics for a Prometheus: the last quarter of an
hour, a sample every `interval` seconds, up to a minute from now."""
import time


def exposition(hosts, interval=15, idle=(), label="instance"):
    """`idle`: hosts that have no requests, and so no series of them."""
    begin = int(time.time()) // interval * interval - 900
    times = range(begin, begin + 960 + interval, interval)
    lines = []

    def family(name, kind, series):
        lines.append(f"# TYPE {name} {kind}")
        for sample, labels, value in series:
            text = ",".join(f'{key}="{one}"' for key, one in labels.items())
            lines.extend(f"{sample}{{{text}}} {value(i)} {at}" for i, at in enumerate(times))

    busy = [host for host in hosts if host not in idle]
    family("up", "gauge", [("up", {label: host, "job": "web"}, lambda i: 1) for host in hosts])
    family("http_requests", "counter", [
        ("http_requests_total", {label: host, "code": code}, lambda i, n=n: i * n)
        for host in busy for code, n in (("200", 300), ("404", 5))])
    family("http_request_duration_seconds", "gauge", [
        ("http_request_duration_seconds_bucket", {label: host, "le": le}, lambda i, n=n: i * n)
        for host in busy for le, n in (("0.1", 200), ("0.5", 290), ("+Inf", 305))])
    family("tasks_failed", "counter", [
        ("tasks_failed_total", {label: host}, lambda i: i) for host in hosts])
    family("tasks_done", "counter", [
        ("tasks_done_total", {label: host}, lambda i: i * 40) for host in hosts])
    family("mail_errors", "counter", [
        ("mail_errors_total", {label: host}, lambda i: i) for host in hosts])
    family("process_cpu_seconds", "counter", [
        ("process_cpu_seconds_total", {label: host}, lambda i: i * 2) for host in hosts])
    family("process_resident_memory_bytes", "gauge", [
        ("process_resident_memory_bytes", {label: host}, lambda i: 1e8 + i) for host in hosts])
    family("go_goroutines", "gauge", [
        ("go_goroutines", {label: host, "job": job}, lambda i: 30)
        for host in hosts for job in (("web", "sidecar") if host == hosts[0] else ("web",))])
    family("go_gc_duration_seconds", "gauge", [
        ("go_gc_duration_seconds", {label: host, "quantile": "0.75"}, lambda i: 0.001)
        for host in hosts])
    return "\n".join(lines) + "\n# EOF\n"
