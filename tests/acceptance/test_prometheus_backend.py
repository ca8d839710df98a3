"""What the Prometheus backend takes for granted about a Prometheus, asked of a real one.

The rewriting of instant selectors (checks/promql/freshness) is proved here: each query of
tests/data/promql_freshness.tsv is run as it is and rewritten. The unit test proves that the program
rewrites to just that text.
"""

import http.server
import pathlib
import threading
import time
import unittest

from programs import PATIENCE, free_port
from prometheus_server import PrometheusServer

TABLE = pathlib.Path(__file__).parent.parent / "data" / "promql_freshness.tsv"
T0 = 1795212000
SCRAPE = 15
FRESHNESS = 30
DEATH = T0 + 1200  # the last sample of canary-1; the others go on for another 20 minutes
END = T0 + 2400
HOSTS = ["web-1", "web-2", "canary-1"]


def table():
    for line in TABLE.read_text().splitlines():
        if not line.startswith("#"):
            query, fresh, known = line.replace("\\n", "\n").split("\t")
            yield query, fresh, known == "yes"


def openmetrics():
    """Samples every 15 s, 2 s off the query grid, all values exact in binary."""
    lines = []

    def family(name, kind, series):
        lines.append(f"# TYPE {name} {kind}")
        for labels, value in series:
            host_is_canary = "canary-1" in labels
            for i, t in enumerate(range(T0 - 600 + 2, END, SCRAPE)):
                if not (host_is_canary and t > DEATH):
                    lines.append(f"{labels} {value(i)} {t}")

    family("queue_depth", "gauge", [
        (f'queue_depth{{instance="{h}",job="web"}}', lambda i, k=k: (i * 7 + k * 3) % 13)
        for k, h in enumerate(HOSTS)])
    family("workers", "gauge", [
        (f'workers{{instance="{h}"}}', lambda i, k=k: 1 + (i + k) % 4)
        for k, h in enumerate(HOSTS)])
    family("job:queue_depth:mean", "gauge", [
        ('job:queue_depth:mean{job="web"}', lambda i: (i * 5) % 11)])
    family("http_requests", "counter", [
        (f'http_requests_total{{instance="{h}",job="web",code="{code}"}}',
         lambda i, k=k, code=code: i * (30 + k) // (1 if code == 200 else 10))
        for k, h in enumerate(HOSTS) for code in (200, 500)])
    family("latency_seconds", "gauge", [
        (f'latency_seconds_bucket{{instance="{h}",le="{le}"}}',
         lambda i, share=share: i * 8 * share // 4)
        for h in HOSTS for le, share in (("0.1", 1), ("0.5", 3), ("+Inf", 4))])
    return "\n".join(lines) + "\n# EOF\n"


class Backfilled(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = PrometheusServer(openmetrics=openmetrics())
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()

    def both(self, query, fresh, start, end):
        return (self.server.query_range(query, start, end, SCRAPE),
                self.server.query_range(fresh, start, end, SCRAPE))

    def test_rewriting_changes_nothing_while_data_flows(self):
        asked = with_data = 0
        for query, fresh, known in table():
            if not known:
                continue
            with self.subTest(query=query):
                plain, cut = self.both(query, fresh, T0, DEATH - 120)
                self.assertEqual(plain, cut)
                asked += 1
                with_data += bool(plain)
        self.assertGreater(asked, 40)
        self.assertGreater(with_data, 35)

    def test_a_gauge_that_stopped_is_repeated_for_five_minutes_and_cut_off_when_rewritten(self):
        asked = 0
        for query, fresh, known in table():
            if not known or not query.startswith(("queue_depth", "sum by (instance) (queue_depth")):
                continue
            if any(word in query.lower() for word in ("offset", "@", " or ", "scalar")):
                continue  # they move the death to another time, or onto every host
            asked += 1
            with self.subTest(query=query):
                plain, cut = self.both(query, fresh, T0, END - 60)
                for labels, samples in plain.items():
                    last = samples[-1][0]
                    last_fresh = cut[labels][-1][0] if labels in cut else None
                    if dict(labels).get("instance") == "canary-1":
                        self.assertGreater(last, DEATH + 4 * 60, "the server's lookback")
                        self.assertLess(last_fresh, DEATH + FRESHNESS)
                        self.assertEqual(cut[labels], samples[:len(cut[labels])])
                    else:
                        self.assertEqual(cut[labels], samples)
        self.assertGreater(asked, 8)

    def test_absent_notices_the_death_at_once_and_keeps_its_labels(self):
        query = 'absent(queue_depth{instance="canary-1"})'
        fresh = ('(absent(queue_depth{instance="canary-1"}) or '
                 'absent_over_time(queue_depth{instance="canary-1"}[29999ms]))')
        plain, cut = self.both(query, fresh, T0, END - 60)
        key = (("instance", "canary-1"),)
        self.assertGreater(plain[key][0][0], DEATH + 4 * 60)
        self.assertLessEqual(cut[key][0][0], DEATH + FRESHNESS + SCRAPE)

    def test_the_window_of_freshness_is_half_open(self):
        # The last sample of canary-1 is at `last`. Freshness 30 s at time t is (t-30 s, t].
        last = max(t for t in range(T0 - 600 + 2, DEATH + 1, SCRAPE))
        query = 'queue_depth{instance="canary-1"} and last_over_time(queue_depth[29999ms])'
        answer = self.server.query_range(query, last + FRESHNESS - 1, last + FRESHNESS, 1)
        times = [t for samples in answer.values() for t, _ in samples]
        self.assertEqual(times, [last + FRESHNESS - 1])

    def test_eleven_thousand_points_are_answered_and_many_more_are_refused(self):
        answer = self.server.query_range("vector(1)", T0, T0 + 10_999, 1)
        self.assertEqual([len(samples) for samples in answer.values()], [11_000])
        status, refusal = self.server.get("/api/v1/query_range", query="vector(1)", start=T0,
                                          end=T0 + 11_001, step=1)
        self.assertEqual((status, refusal["errorType"]), (400, "bad_data"))

    def test_parameters_that_it_does_not_know_are_ignored(self):
        status, _ = self.server.get("/api/v1/query_range", query="up", start=T0, end=T0 + 15,
                                    step="0.500", nocache=1)
        self.assertEqual(status, 200)


class Exporter(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"# TYPE depth gauge\ndepth 4\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Scraping(unittest.TestCase):
    def test_live_samples_pass_and_a_target_that_died_is_gone(self):
        exporter = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Exporter)
        thread = threading.Thread(target=exporter.serve_forever, daemon=True)
        thread.start()
        config = ("global: {scrape_interval: 1s, scrape_timeout: 1s}\n"
                  "scrape_configs:\n"
                  "  - job_name: web\n"
                  f"    static_configs: [{{targets: ['127.0.0.1:{exporter.server_port}']}}]\n")
        fresh = "(depth and last_over_time(depth[2999ms]))"
        with PrometheusServer(config=config) as server:
            def samples_now():
                now = int(time.time())
                plain = server.query_range("depth", now, now, 1)
                return plain, server.query_range(fresh, now, now, 1)

            def wait_for(condition):
                deadline = time.monotonic() + PATIENCE
                while not condition(*samples_now()):
                    self.assertLess(time.monotonic(), deadline)
                    time.sleep(0.2)

            wait_for(lambda plain, cut: plain and plain == cut)
            exporter.shutdown()
            exporter.server_close()
            thread.join()
            # A failed scrape leaves a staleness marker, which both forms honour.
            wait_for(lambda plain, cut: not plain and not cut)


if __name__ == "__main__":
    unittest.main()
