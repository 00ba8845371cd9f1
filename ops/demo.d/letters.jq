# Dead letters as kcat -J prints them: whose record it was and the reason, the
# message below.
def short: .[:6] + "…" + .[-4:];
def headers: [.headers as $h | range(0; $h | length; 2) | {key: $h[.], value: $h[. + 1]}] | from_entries;

map(. + {headers: headers}) | sort_by(.headers.reward_dlq_reason, .key)[]
| "\(.headers.reward_dlq_reason)  \(.key | short)", "    \(.headers.reward_dlq_message)"
