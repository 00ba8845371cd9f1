# A line of a chapter as a record: topic, headers (with | between them), key
# and value, parted by tabs. "now-2h" becomes an instant and "today-1d" a date.
def seconds: {s: 1, m: 60, h: 3600, d: 86400}[.[-1:]] * (.[:-1] | tonumber);
def back: if . == "" then 0 else (.[1:] | seconds) end;
def fill:
  if test("^now(-[0-9]+[smhd])?$") then $now - (.[3:] | back) | todate
  elif test("^today(-[0-9]+d)?$") then $now - (.[5:] | back) | strftime("%Y-%m-%d")
  else . end;
def filled: walk(if type == "string" then fill else . end);

def attributes: del(.data, .datacontenttype) | to_entries | map("ce_\(.key)=\(.value)");

[.topic // "gigchain.domain-events"] +
if .mode == "raw" then ["content-type=application/cloudevents+json", .key, .text]
elif .mode == "binary" then
  (.event | filled) as $event
  | [($event | attributes + ["content-type=application/json"] | join("|")), .key,
     ($event.data | tojson)]
else ["content-type=application/cloudevents+json", .key, (.event | filled | tojson)]
end | join("\t")
