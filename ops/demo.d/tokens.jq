# Token events in two lines each, in the order of each account; last, those that
# moved nothing.
def pad($width): . + (" " * ($width - length));
def lpad($width): (" " * ($width - length)) + .;
def short: .[:6] + "…" + .[-4:];
def signed: if startswith("-") then . else "+" + . end;
def kind: sub("^io.gigchain."; "") | sub(".v1$"; "");

sort_by(.data.account, (.data.entries == []), .data.account_seq, .causationid, .type)[]
| .type as $type | .data
| if .entries == [] then
    "\(.account | short)  \($type | kind): "
    + (.reason // (.tier | if . then "\(.from) -> \(.to)" else null end)
       // (.vote | if . then "\(.proposal_id) \(.choice) with \(.voting_power)" else null end)
       // (.proposal | if . then .proposal_id else null end)
       // (.conversion | if . then .status else null end)
       // (.tally | if . then "\(.result.proposal_id) \(.result.result)" else null end))
  else
    "\(.account | short)  seq \(.account_seq | tostring | lpad(2))  \(.amount | signed | lpad(10)) = "
    + "\(.balance_after | lpad(9))  "
    + (if $type == "io.gigchain.token.earned.v1" then "" else "\($type | kind): " end)
    + "\(.notification.body // "(nobody is notified)")",
    "               \(.entries | map("\(.line) \(.amount)") | join(", "))"
  end
