-- Prints what a run came to, in whole numbers: microseconds, requests, errors.
function done(summary, latency, requests)
   local errors = summary.errors
   local broken = errors.connect + errors.read + errors.write + errors.timeout
   io.write(string.format(
      "wrk requests=%d duration=%d p50=%d p99=%d refused=%d broken=%d\n",
      summary.requests, summary.duration,
      latency:percentile(50), latency:percentile(99),
      errors.status, broken))
end
