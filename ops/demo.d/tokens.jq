# Token events in two lines each, in the order of each account.
def pad($width): . + (" " * ($width - length));
def lpad($width): (" " * ($width - length)) + .;
def short: .[:6] + "…" + .[-4:];

sort_by(.data.account, .data.account_seq)[]
| .data
| "\(.account | short)  seq \(.account_seq | tostring | lpad(2))  \("+" + .amount | lpad(10)) = "
  + "\(.balance_after | lpad(9))  \(.notification.body // "(nobody is notified)")",
  "               \(.entries | map("\(.line) \(.amount)") | join(", "))"
