"""Children who want to outlive the command that made them."""

from __future__ import annotations

FAMILIES = {
    "child": "sleep {0} & wait",
    "nohup": "nohup sleep {0} >/dev/null 2>&1 & sleep {0}",
    "setsid": "setsid sleep {0} & setsid setsid sleep {0} & sleep {0}",
    "trap": "trap '' TERM HUP INT; (trap '' TERM; sleep {0}; sleep {0}) & sleep {0}; sleep {0}",
    "double fork": "(setsid sh -c '(setsid sleep {0} &) & exit' &) & sleep 0.05; sleep {0}",
    "keeps the output open": "(setsid sleep {0} </dev/null &) ; sleep {0}",
    "deep": "f() {{ if [ $1 -gt 0 ]; then (f $(($1 - 1))) & fi; sleep {0}; }}; f 12",
    "stopped": "setsid sleep {0} & kill -STOP $!; sleep {0}",
}
