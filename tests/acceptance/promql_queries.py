"""Queries for the comparison with a real Prometheus: written by hand, and drawn at random."""
import random

# Quantiles that no plateau of whole counts meets exactly: there the last bit of a sum would decide.
HAND_WRITTEN = r'''
queue_depth
queue_depth{host="web-1"}
queue_depth{host!="web-1"}
queue_depth{host=~"web-.*"}
queue_depth{host=~"web"}
queue_depth{host!~"web-.|nobody"}
queue_depth{host=~"web-1|canary-1",job_name="web",}
queue_depth{nothing=""}
queue_depth{nothing!="x"}
queue_depth{host=~".*",host!=""}
{__name__="queue_depth"}
{__name__=~"queue_.+"}
{__name__=~"queue_depth|sometimes", host!="web-2"}
{host="web-1", __name__!~".*bucket|http.*"}
{quote!=""}
odd_labels
odd_labels{quote="a\"b"}
odd_labels{quote='a"b'}
odd_labels{quote=`a"b`}
odd_labels{slash="c:\\d"}
odd_labels{slash=`c:\d`}
odd_labels{line="e\nf"}
odd_labels{quote="\u00e4.b|c"}
odd_labels{quote="\xc3\xa4.b\174c"}
odd_labels{quote=~"ä\\.b\\|c"}
odd_labels{slash=~`\[x\]\*`}
odd_labels{empty=""}
odd_labels{empty!=""}
odd_labels{by="a"}
sum by (by, le, sum, on) (odd_labels)
sum(odd_labels) without (by, sum)
job:queue_depth:mean
job:queue_depth:mean * 4
sum
sum{by="name"}
sum(sum)
sum by (by) (sum)
SUM BY (host) (queue_depth)
Sum Without (host) (queue_depth)
nothing_at_all
sum(nothing_at_all)
count(nothing_at_all)
rate(nothing_at_all[5m])
nothing_at_all + queue_depth
queue_depth - nothing_at_all
up
up{job!="past"}
sum by (job) (up)
scrape_samples_scraped{job!="past"}
sometimes
sometimes{host="canary-1"}
sum(sometimes)
count(sometimes)
count by (kind) (sometimes)
rate(sometimes_total[2s])
rate(sometimes_total[3m])
increase(sometimes_total[1m])
irate(sometimes_total[1m])
delta(sometimes[3s])
delta(sometimes[2m])
constant_total
rate(constant_total[1m])
rate(constant_total[3s])
rate(http_requests_total[1s])
rate(http_requests_total[2s])
rate(http_requests_total[1500ms])
rate(http_requests_total[5s])
rate(http_requests_total[1m])
rate(http_requests_total[5m])
rate(http_requests_total[1h])
rate(http_requests_total[0h1m30s])
rate(http_requests_total[1m30s500ms])
rate((http_requests_total{code="500"}[1m]))
irate(http_requests_total[1s])
irate(http_requests_total[45s])
irate(http_requests_total{host="web-2"}[10m])
increase(http_requests_total[2s])
increase(http_requests_total{code=~"4..|5.."}[2m])
increase(http_errors_total[1m])
increase(http_errors_total[3s])
increase(http_errors_total{host="canary-1"}[20m])
rate(http_errors_total[30m])
delta(queue_depth[2s])
delta(queue_depth[1m])
delta(queue_depth[7m])
delta(http_requests_total[1m])
irate(queue_depth[1m])
delta(odd_gauge[1m])
delta(odd_gauge[2s])
irate(odd_gauge[1m])
sum(rate(http_requests_total[1m]))
sum by (host) (rate(http_requests_total[1m]))
sum by (host) (rate(http_requests_total[2s]))
sum(rate(http_requests_total[2m])) by (code, host)
sum without (code) (rate(http_requests_total[2m]))
sum without (code, job, instance) (rate(http_requests_total[2m]))
sum by (instance) (increase(http_requests_total{host=~"web-1|web-2"}[1m]))
sum by () (queue_depth)
sum without () (queue_depth)
sum by (nothing) (queue_depth)
sum by (host, nothing, host) (queue_depth)
sum by (__name__) ({__name__=~"queue_.*"})
avg by (__name__, host) ({__name__=~"queue_.*"})
avg(queue_depth)
avg by (host) (http_requests_total)
avg without (host, instance, job) (queue_depth)
min(queue_depth)
max(queue_depth)
min by (code) (http_requests_total)
max by (code) (http_requests_total)
count by (code) (http_requests_total)
count(queue_depth)
count without (host) (queue_depth)
odd_gauge
sum(odd_gauge)
avg(odd_gauge)
min(odd_gauge)
max(odd_gauge)
count(odd_gauge)
min by (host) (odd_gauge)
avg by (host) (odd_gauge)
sum by (host) (odd_gauge + odd_gauge_b)
odd_gauge + odd_gauge_b
odd_gauge - odd_gauge_b
odd_gauge * odd_gauge_b
odd_gauge / odd_gauge_b
odd_gauge * 0
0 / odd_gauge
-odd_gauge
large
sum(large)
avg(large)
max(large) - min(large)
large * 10
-large * 10
1
-1
+1
- - 1
1 + 2 * 3
(1 + 2) * 3
10 - 4 - 3
100 / 10 / 5
2 * -3
-2 * 3 - -1
1 / 0
-1 / 0
0 / 0
0x1F
0X1f
010
09
1e3
1.5E-2
.5
5.
Inf
-inf
+INF
NaN
nan
NAN * 0
Inf - Inf
1e308 * 10
0.1 + 0.2
queue_depth + 1
1 + queue_depth
queue_depth - 1
1 - queue_depth
queue_depth * 2.5
2.5 * queue_depth
queue_depth / 3
3 / queue_depth
queue_depth / 0
-queue_depth
+queue_depth
- - queue_depth
-queue_depth * -1
-(queue_depth + queue_limit)
+(queue_depth)
queue_depth + queue_limit
queue_depth - queue_limit
queue_depth * queue_limit
queue_depth / queue_limit
queue_depth + queue_limit * 2
(queue_depth + queue_limit) * 2
queue_depth + queue_depth - queue_depth
queue_depth - queue_depth - queue_depth
queue_depth / queue_limit / queue_limit
queue_depth / (queue_limit / queue_limit)
queue_depth + sometimes
queue_depth + http_requests_total
queue_depth{host="web-1"} + queue_limit{host!="web-2"}
http_errors_total / http_requests_total
rate(http_errors_total[1m]) / rate(http_requests_total[1m])
rate(http_errors_total[2s]) / rate(http_requests_total[2s])
sum by (host) (rate(http_errors_total[1m])) / sum by (host) (rate(http_requests_total[1m]))
sum by (host) (increase(http_requests_total{code="500"}[1m])) / sum by (host) (increase(http_requests_total[1m]))
sum(increase(http_requests_total{code=~"5.."}[5m])) / sum(increase(http_requests_total[5m])) * 100
100 * (1 - sum by (host) (rate(http_errors_total[2m])) / sum by (host) (rate(http_requests_total[2m])))
avg(sum by (host) (queue_depth))
max(avg by (host) (queue_depth) + 1)
sum(count by (host) (http_requests_total))
count(sum by (code) (http_requests_total) / 0)
sum by (host) (sum by (host, code) (rate(http_requests_total[2s])))
sum(sometimes) + sum(queue_depth)
sum(-queue_depth)
{__name__=~"queue_depth|queue_limit"} + 1
-{__name__=~"queue_depth|queue_limit"}
rate({__name__=~"http_.*"}[1m])
queue_depth + {__name__=~"queue_depth|queue_limit"}
{__name__=~"queue_depth|queue_limit"} + queue_depth
{__name__=~"queue_depth|queue_limit"} + nothing_at_all
nothing_at_all + {__name__=~"queue_depth|queue_limit"}
{__name__=~"queue_depth|sometimes_total"} * 2
{__name__=~"sometimes|sometimes_total"} * {__name__=~"sometimes|sometimes_total"}
sum by (host) ({__name__=~"http_.*"})
histogram_quantile(0.37, latency_seconds_bucket)
histogram_quantile(0.983, latency_seconds_bucket)
histogram_quantile(0, latency_seconds_bucket)
histogram_quantile(1, latency_seconds_bucket)
histogram_quantile(0.5, latency_seconds_bucket{host="web-1"})
histogram_quantile(-0.1, latency_seconds_bucket)
histogram_quantile(1.1, latency_seconds_bucket)
histogram_quantile(NaN, latency_seconds_bucket)
histogram_quantile(Inf, latency_seconds_bucket)
histogram_quantile(1 - 0.17 * 2, latency_seconds_bucket)
histogram_quantile(-(-0.77), latency_seconds_bucket)
histogram_quantile(0.37, rate(latency_seconds_bucket[1m]))
histogram_quantile(0.911, rate(latency_seconds_bucket[2s]))
histogram_quantile(0.911, sum by (le) (rate(latency_seconds_bucket[1m])))
histogram_quantile(0.911, sum by (le, host) (rate(latency_seconds_bucket[3m])))
histogram_quantile(0.777, sum without (host, instance, job) (rate(latency_seconds_bucket[2s])))
histogram_quantile(0.777, sum by (host) (rate(latency_seconds_bucket[2s])))
histogram_quantile(0.37, increase(latency_seconds_bucket[5m])) * 1000
histogram_quantile(0.37, no_inf_bucket)
histogram_quantile(0.37, falling_bucket)
histogram_quantile(0.83, falling_bucket)
histogram_quantile(0.59, sum by (le) (falling_bucket))
histogram_quantile(0.07, negative_bucket)
histogram_quantile(0.27, negative_bucket)
histogram_quantile(0.47, negative_bucket)
histogram_quantile(0.97, negative_bucket)
histogram_quantile(0.37, empty_bucket)
histogram_quantile(0.37, inf_only_bucket)
histogram_quantile(0.21, strange_bucket)
histogram_quantile(0.71, strange_bucket)
histogram_quantile(0.37, bucketless_bucket)
histogram_quantile(0.37, queue_depth)
histogram_quantile(0.37, latency_seconds_bucket{le=~"0.1|1|.Inf"})
histogram_quantile(0.37, latency_seconds_bucket{le!="+Inf"})
histogram_quantile(0.37, {__name__=~"latency_seconds_bucket|falling_bucket"})
histogram_quantile(0.37, latency_seconds_bucket) - histogram_quantile(0.21, latency_seconds_bucket)
sum(histogram_quantile(0.37, latency_seconds_bucket)) by (host)
queue_depth # a comment with ) and "
rate ( http_requests_total [ 30s ] )
sum(queue_depth)by(host)
queue_depth{host = "web-1" , job_name="web"}
'''


# What is not one line.
LONGER = [
    'queue_depth{host="web-1" # a comment with }\n}',
    "sum by (host)\n(\n\tqueue_depth # of each\n)\r\n/ 2",
]

# A gauge is often near 0 where its series begins, which Prometheus 2 and 3 extrapolate differently.
RATES_OF_GAUGES = [f"{function}({gauge}[{length}])" for function in ("rate", "increase")
                   for gauge in ("queue_depth", "odd_gauge", "sometimes", "falling_bucket")
                   for length in ("1s", "3s", "30s", "2m", "15m")]

# Syntax and type errors: refused by Prometheus, too.
REFUSED_BY_BOTH = [
    "", "#", "(", ")", "queue_depth)", "(queue_depth", "queue_depth +", "* queue_depth", "a b", "1 2",
    "queue_depth{", "queue_depth}", 'queue_depth{host}', 'queue_depth{host=}', "queue_depth{host=web}",
    'queue_depth{host="web-1" job="x"}', 'queue_depth{,}', 'queue_depth{host="a",,}', 'queue_depth{="a"}',
    'queue_depth{host:x="a"}', 'queue_depth{1="a"}', 'queue_depth{host=~"("}', 'queue_depth{host=~"*"}',
    'queue_depth{host="a}', "queue_depth{host='a\"}", r'queue_depth{host="\q"}', r'queue_depth{host="\x4"}',
    r'queue_depth{host="\'"}', r'queue_depth{host="\ud800"}', r'queue_depth{host="\400"}',
    'queue_depth{host="a\nb"}', "{}", '{host=""}', '{host=~".*"}', '{host!="x"}',
    'queue_depth{__name__="queue_depth"}', "queue_depth[", "queue_depth[5m", "queue_depth[5m]",
    "queue_depth[]", "rate(queue_depth[5x])", "rate(queue_depth[0s])", "rate(queue_depth[1m1h])",
    "rate(queue_depth[1m1m])", "rate(queue_depth[-5m])", "rate(queue_depth)", "rate()", "rate(1)",
    "rate(queue_depth[5m], 1)", "rate(rate(queue_depth[5m]))", "rate(queue_depth[5m][5m])",
    "rate((queue_depth)[5m])", "Rate(queue_depth[5m])", "rrate(queue_depth[5m])", "-queue_depth[5m]",
    "queue_depth[5m] + 1", "1 + queue_depth[5m]", "sum()", "sum(1)", "sum(queue_depth[5m])",
    "sum(queue_depth, queue_depth)", "sum by host (queue_depth)", "sum by (host queue_depth)",
    "sum by (host:x) (queue_depth)", "sum by (1) (queue_depth)", 'sum by (,) (queue_depth)',
    "sum by (host) (queue_depth) by (host)", "sum by (host)", "sum(queue_depth,)", "sum{} (queue_depth)",
    "histogram_quantile(queue_depth)", "histogram_quantile(queue_depth, queue_depth)",
    "histogram_quantile(0.5, 0.5)", "histogram_quantile(0.5, queue_depth, 1)", "1e", "0x", "0xG", "1.2.3",
    "1_000", "queue.depth", "queue_depth{host.name='a'}", "ä", "queue_depth$", "queue_depth; 1", "()", "(1, 2)",
    "queue_depth = 1", "queue_depth =~ 1", "queue_depth ! 1", "on (host) queue_depth", "bool",
    "queue_depth by (host)", "queue_depth + by (host) queue_depth", "abs(queue_depth) by (host)",
    "(queue_depth){host='a'}", "1(queue_depth)", "queue_depth(1)", "queue_depth{host='a'}{host='b'}",
]

# Prometheus knows more: what it answers and we refuse.
BEYOND = [
    "queue_depth > 1", "queue_depth == bool 1", "queue_depth != 1", "queue_depth ^ 2", "queue_depth % 2",
    "queue_depth and queue_limit", "queue_depth or queue_limit", "queue_depth unless queue_limit",
    "queue_depth atan2 queue_limit", "queue_depth offset 1m", "queue_depth @ 1795212000",
    "rate(queue_depth[5m] offset 1m)", "rate(queue_depth[5m] @ 1795212000)",
    "rate(queue_depth[5m:1m])", "queue_depth + on (host) queue_limit", "queue_depth + ignoring (x) queue_limit",
    "queue_depth * on (host) group_left () queue_limit", "topk(1, queue_depth)", "TOPK by (host) (1, queue_depth)",
    "quantile(0.5, queue_depth)", "stddev(queue_depth)", "count_values('v', queue_depth)", "group(queue_depth)",
    "abs(queue_depth)", "avg_over_time(queue_depth[1m])", "time()", "vector(1)", "scalar(queue_depth)",
    "absent(nothing)", "label_replace(queue_depth, 'a', 'b', 'c', 'd')", "idelta(queue_depth[1m])",
    "deriv(queue_depth[1m])", "resets(queue_depth[1m])", "changes(queue_depth[1m])", "sort(queue_depth)",
    "clamp_min(queue_depth, 1)", "histogram_quantile(scalar(up{job='past'}), latency_seconds_bucket)",
]


def hand_written():
    return HAND_WRITTEN.strip().split("\n") + LONGER


class Drawn:
    """Draws queries of the grammar. Ranges that a counter's zero point decides only hold counters,
    see Counter in promql_data."""

    COUNTERS = ["http_requests_total", "http_errors_total", "sometimes_total", "latency_seconds_bucket"]
    GAUGES = ["queue_depth", "queue_limit", "odd_gauge", "odd_gauge_b", "sometimes"]
    BUCKETS = ["latency_seconds_bucket", "falling_bucket", "no_inf_bucket"]
    LABELS = ["host", "code", "job", "instance", "kind", "le", "job_name", "nothing"]
    MATCHERS = ['host="web-1"', "host!='web-2'", 'host=~"web-[12]"', "host!~`web.*`", 'code=~"4..|500"',
                'code!="200"', 'nothing=""', 'job!="past"', 'job=~".+"', 'host=~"canary-1|web-2"']
    RANGES = ["1s", "1500ms", "2s", "4s", "20s", "45s", "1m", "1m30s", "3m", "10m"]
    QUANTILES = ["0.137", "0.371", "0.537", "0.911", "0.9871", "-1", "2", "NaN", "0.1 + 0.273"]

    def __init__(self, seed):
        self.random = random.Random(seed)

    def blank(self):
        return self.random.choice(["", "", " ", "  ", "\n"])

    def selector(self, names):
        picks = self.random.sample(self.MATCHERS, self.random.choice([0, 0, 0, 1, 1, 2]))
        name = self.random.choice(names)
        if self.random.random() < 0.1:
            picks.append(f'__name__="{name}"')
            name = ""
        comma = "," if picks and self.random.random() < 0.2 else ""
        return name + ("{" + f",{self.blank()}".join(picks) + comma + "}" if picks else "")

    def ranged(self, functions=("rate", "rate", "increase", "irate", "delta")):
        function = self.random.choice(functions)
        names = self.COUNTERS + (self.GAUGES if function in ("irate", "delta") else [])
        return f"{function}({self.selector(names)}[{self.random.choice(self.RANGES)}])"

    def number(self):
        return self.random.choice(["2", "0.5", "-3", "100", "1e3", "0x10", "0", "(1 + 2)", "1 / 4"])

    def grouping(self):
        if self.random.random() < 0.25:
            return ""
        labels = self.random.sample(self.LABELS, self.random.choice([0, 1, 1, 1, 2, 3]))
        return f"{self.random.choice(['by', 'by', 'by', 'without', 'BY'])} ({', '.join(labels)})"

    def aggregation(self, operand, grouping=None):
        name = self.random.choice(["sum", "sum", "avg", "min", "max", "count", "Sum"])
        grouping = self.grouping() if grouping is None else grouping
        if self.random.random() < 0.3:
            return f"{name}({operand}) {grouping}"
        return f"{name} {grouping}{self.blank()}({operand})"

    def quantile(self):
        buckets = self.selector(self.BUCKETS)
        if self.random.random() < 0.6:
            buckets = f"rate({buckets}[{self.random.choice(self.RANGES)}])"
            if self.random.random() < 0.5:
                buckets = f"sum by (le{self.random.choice(['', ', host', ', job'])}) ({buckets})"
        return f"histogram_quantile({self.random.choice(self.QUANTILES)}, {buckets})"

    def divisor(self):
        """Nothing that may cancel out to zero but for rounding."""
        return self.random.choice([self.selector(self.GAUGES + self.COUNTERS), self.ranged(["rate"])])

    def operation(self, depth):
        operator = self.random.choice("+-*/")
        sign = f"{self.blank()}{operator}{self.blank()}"
        right = self.divisor() if operator == "/" else self.vector(depth - 1)
        kind = self.random.randrange(4)
        if kind == 0:
            return self.vector(depth - 1) + sign + self.number()
        if kind == 1:
            return self.number() + sign + right
        if kind == 2:  # the same groups on both sides
            grouping = self.grouping()
            return self.aggregation(self.vector(depth - 1), grouping) + sign + \
                self.aggregation(right, grouping)
        left = right if self.random.random() < 0.4 else self.vector(depth - 1)
        return f"({left}){sign}{right}" if self.random.random() < 0.5 else left + sign + right

    def vector(self, depth):
        if depth == 0 or self.random.random() < 0.15:
            return self.selector(self.GAUGES + self.COUNTERS) if self.random.random() < 0.4 else self.ranged()
        kind = self.random.randrange(8)
        if kind < 3:
            return self.aggregation(self.vector(depth - 1))
        if kind < 6:
            return self.operation(depth)
        if kind == 6:
            return self.quantile()
        return self.random.choice(["-", "+", "- "]) + self.vector(depth - 1)


def drawn(count, seed):
    draw = Drawn(seed)
    queries = {}
    while len(queries) < count:
        queries[draw.vector(draw.random.choice([1, 2, 2, 3]))] = True
    return list(queries)
