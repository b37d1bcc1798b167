PRAGMA application_id = 1297304688;
PRAGMA user_version = 1;
CREATE TABLE sessions (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL DEFAULT '',
    model TEXT NOT NULL DEFAULT '',
    project TEXT NOT NULL DEFAULT '',
    forked_from TEXT NOT NULL DEFAULT '',
    opened INTEGER NOT NULL,               -- microseconds since 1970, like all times here
    changed INTEGER NOT NULL,
    events INTEGER NOT NULL DEFAULT 0,     -- the number of the last one
    turns INTEGER NOT NULL DEFAULT 0,
    calls INTEGER NOT NULL DEFAULT 0,
    unpriced INTEGER NOT NULL DEFAULT 0,
    estimated INTEGER NOT NULL DEFAULT 0,
    local INTEGER NOT NULL DEFAULT 0,      -- calls without charge
    usd TEXT NOT NULL DEFAULT '0',         -- exact
    open_turn TEXT NOT NULL DEFAULT '',    -- the turn that has not ended
    owner TEXT NOT NULL DEFAULT ''         -- who goes on with it
);
INSERT INTO sessions VALUES (1, 'golden', 'Steep the tea, s’il vous plaît.', 'acme/m1', '/home/me/teapot', '', 1795435200250000, 1795435200250000, 12, 1, 1, 0, 0, 0, '0.00123', '', '');
INSERT INTO sessions VALUES (2, 'interrupted', 'and?', 'acme/m1', '', '', 1795479890311654, 1795479890311654, 2, 1, 0, 0, 0, 0, '0', 'turn-2', '');
CREATE INDEX sessions_changed ON sessions (changed);
CREATE TABLE events (
    session INTEGER NOT NULL REFERENCES sessions (key),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (session, number)
);
INSERT INTO events VALUES (1, 1, 1795435200250000, 'SessionDescribed', '{"type":"SessionDescribed","session_id":"golden","model":"acme/m1","system_prompt":"Be kind.","project":"/home/me/teapot","tools":["write_file"],"origin":{"tier":"3"}}');
INSERT INTO events VALUES (1, 2, 1795435200250000, 'TurnStarted', '{"type":"TurnStarted","turn_id":"turn","session_id":"golden","model":"acme/m1"}');
INSERT INTO events VALUES (1, 3, 1795435200250000, 'MessageAdded', '{"type":"MessageAdded","message":{"role":"user","parts":[{"type":"Text","text":"Steep the tea, s’il vous plaît."}]}}');
INSERT INTO events VALUES (1, 4, 1795435200250000, 'MessageFinished', '{"type":"MessageFinished","message":{"role":"assistant","parts":[{"type":"Reasoning","text":"hm","opaque":{"provider":"acme","fields":{"signature":"abc","deep":[1,null,{"x":1.5}]}}},{"type":"Text","text":"At once."},{"type":"ToolCall","id":"call-1","name":"write_file","arguments":"{\"path\": \"teapot.py\", \"content\": \"steep()\"}"}],"model":"acme/m1"},"stop_reason":"tool_calls"}');
INSERT INTO events VALUES (1, 5, 1795435200250000, 'UsageRecorded', '{"type":"UsageRecorded","model":"acme/m1","usage":{"input_tokens":3,"output_tokens":4,"reasoning_tokens":1},"cost":{"usd":"0.00123","basis":"list price","source":"acme.toml","as_of":"2026-11-01","lines":[{"key":"input","tokens":3,"usd_per_million":"2.5"}]},"purpose":"chat","call_id":"c1","session_id":"golden","began":"2026-11-23T12:00:00.250000+00:00","ended":"2026-11-23T12:00:00.250000+00:00"}');
INSERT INTO events VALUES (1, 6, 1795435200250000, 'ToolStarted', '{"type":"ToolStarted","call":{"id":"call-1","name":"write_file","arguments":"{\"path\": \"teapot.py\", \"content\": \"steep()\"}"}}');
INSERT INTO events VALUES (1, 7, 1795435200250000, 'ToolFinished', '{"type":"ToolFinished","call":{"id":"call-1","name":"write_file","arguments":"{\"path\": \"teapot.py\", \"content\": \"steep()\"}"},"result":{"call_id":"call-1","content":"written"},"seconds":0.5}');
INSERT INTO events VALUES (1, 8, 1795435200250000, 'MessageAdded', '{"type":"MessageAdded","message":{"role":"tool","parts":[{"type":"ToolResult","call_id":"call-1","content":"written"}]}}');
INSERT INTO events VALUES (1, 9, 1795435200250000, 'MessageFinished', '{"type":"MessageFinished","message":{"role":"assistant","parts":[{"type":"Text","text":"Done."}],"model":"acme/m1"},"stop_reason":"stop"}');
INSERT INTO events VALUES (1, 10, 1795435200250000, 'TurnFinished', '{"type":"TurnFinished","text":"Done.","stop_reason":"stop","model":"acme/m1","usage":{"input_tokens":3,"output_tokens":4},"cost":{"usd":"0.00123","basis":"list price","source":"acme.toml","as_of":"2026-11-01","lines":[{"key":"input","tokens":3,"usd_per_million":"2.5"}]},"rounds":1,"session_id":"golden"}');
INSERT INTO events VALUES (1, 11, 1795435200250000, 'HistoryCompacted', '{"type":"HistoryCompacted","summary":{"role":"user","parts":[{"type":"Text","text":"Tea was steeped."}]},"replaced":2,"model":"acme/m1"}');
INSERT INTO events VALUES (1, 12, 1795435200250000, 'Notice', '{"type":"Notice","text":"the end"}');
INSERT INTO events VALUES (2, 1, 1795479890311654, 'TurnStarted', '{"type":"TurnStarted","turn_id":"turn-2","session_id":"interrupted","model":"acme/m1"}');
INSERT INTO events VALUES (2, 2, 1795479890311654, 'MessageAdded', '{"type":"MessageAdded","message":{"role":"user","parts":[{"type":"Text","text":"and?"}]}}');
CREATE TABLE blob_uses (
    session INTEGER NOT NULL REFERENCES sessions (key),
    digest TEXT NOT NULL,
    PRIMARY KEY (session, digest)
) WITHOUT ROWID;
CREATE INDEX blob_uses_digest ON blob_uses (digest);
CREATE TABLE drafts (
    session INTEGER NOT NULL REFERENCES sessions (key),
    turn_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    text TEXT NOT NULL,
    reasoning TEXT NOT NULL,
    PRIMARY KEY (session, turn_id)
);
INSERT INTO drafts VALUES (2, 'turn-2', 1795479890319552, 'It was about to', '');
CREATE TABLE effects (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    key TEXT UNIQUE,                       -- NULL where any number may be alike
    session_id TEXT NOT NULL,
    owner TEXT NOT NULL,                   -- who runs it
    begun INTEGER NOT NULL,
    status TEXT NOT NULL,                  -- running, done, failed, unknown
    note TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL
);
INSERT INTO effects VALUES (1, '6aa8657b90ac3e13dffedd893be3f54c', 'golden/call-1', 'golden', '0123456789abcdef', 1795479890297491, 'done', '', '{"tool":"write_file","session_id":"golden","turn_id":"turn","call_id":"call-1","key":"golden/call-1","changes":[{"path":"teapot.py","before":null,"after":null}]}');
INSERT INTO effects VALUES (2, 'a5f1c01bd62df53e6e1ba48547518fc0', 'never finished', 'golden', '0123456789abcdef', 1795479890306908, 'running', '', '{"tool":"run_shell","session_id":"golden","key":"never finished"}');
CREATE INDEX effects_session ON effects (session_id);
CREATE INDEX effects_open ON effects (status) WHERE status IN ('running', 'unknown');
CREATE TABLE effect_blobs (
    effect INTEGER NOT NULL REFERENCES effects (number) ON DELETE CASCADE,
    digest TEXT NOT NULL,
    PRIMARY KEY (effect, digest)
) WITHOUT ROWID;
CREATE INDEX effect_blobs_digest ON effect_blobs (digest);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES sessions (key),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);
INSERT INTO documents VALUES (1, 1, 3, 1795435200250000, 'prompt', 'Steep the tea, s’il vous plaît.');
INSERT INTO documents VALUES (2, 1, 4, 1795435200250000, 'answer', 'At once.');
INSERT INTO documents VALUES (3, 1, 4, 1795435200250000, 'reasoning', 'hm');
INSERT INTO documents VALUES (4, 1, 7, 1795435200250000, 'tool', 'write_file {"path": "teapot.py", "content": "steep()"}
written');
INSERT INTO documents VALUES (5, 1, 9, 1795435200250000, 'answer', 'Done.');
INSERT INTO documents VALUES (6, 1, 11, 1795435200250000, 'summary', 'Tea was steeped.');
INSERT INTO documents VALUES (7, 1, 12, 1795479890297491, 'file', 'teapot.py');
INSERT INTO documents VALUES (8, 2, 2, 1795479890311654, 'prompt', 'and?');
CREATE INDEX documents_session ON documents (session);
CREATE VIRTUAL TABLE search USING fts5 (
    body, content = 'documents', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2'
);
CREATE TABLE price_lists (
    id INTEGER PRIMARY KEY,
    json TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO price_lists VALUES (1, '');
CREATE TABLE ledger (
    number INTEGER PRIMARY KEY,
    call_id TEXT NOT NULL UNIQUE,
    session_id TEXT NOT NULL,
    began_by TEXT NOT NULL,
    began TEXT,
    model TEXT NOT NULL,
    entry TEXT NOT NULL,
    lines TEXT NOT NULL,
    rates INTEGER NOT NULL REFERENCES price_lists (id)
) STRICT;
INSERT INTO ledger VALUES (1, 'c1', 'golden', '', '2026-11-23T12:00:00.250000+00:00', 'acme/m1', '["chat","","c1",[3,4,0,0,1,0,0,0],["0.00123","list price","acme.toml","2026-11-01",null,""],["","","",""],["","","",""],["2026-11-23T12:00:00.250000+00:00","2026-11-23T12:00:00.250000+00:00"]]', '[["input",3,"2.5"]]', 1);
CREATE INDEX ledger_by_session ON ledger (session_id);
CREATE INDEX ledger_by_beginner ON ledger (began_by);
CREATE INDEX ledger_by_time ON ledger (began);
CREATE INDEX ledger_by_model ON ledger (model);
CREATE TABLE budget_nodes (
    path TEXT PRIMARY KEY,
    usd TEXT NOT NULL DEFAULT '0',
    tokens TEXT NOT NULL DEFAULT '0',
    unpriced INTEGER NOT NULL DEFAULT 0,
    limit_usd TEXT,
    limit_tokens TEXT,
    limit_unpriced INTEGER NOT NULL DEFAULT 0,
    warned TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
INSERT INTO budget_nodes VALUES ('["all", "day 2026-11-23"]', '0.00123', '7', 0, NULL, NULL, 0, '');
INSERT INTO budget_nodes VALUES ('["all", "month 2026-11"]', '0.00123', '7', 0, NULL, NULL, 0, '');
INSERT INTO budget_nodes VALUES ('["all", "session golden"]', '0.00123', '7', 0, NULL, NULL, 0, '');
INSERT INTO budget_nodes VALUES ('["all"]', '0.00123', '7', 0, NULL, NULL, 0, '');
CREATE TABLE reservations (
    call_id TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    usd TEXT NOT NULL,
    tokens TEXT NOT NULL,
    unpriced INTEGER NOT NULL,
    owner TEXT NOT NULL,
    draft TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE wire (
    number INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    began TEXT NOT NULL,
    head BLOB NOT NULL,
    base TEXT NOT NULL,
    same_start INTEGER NOT NULL,
    same_end INTEGER NOT NULL,
    request BLOB NOT NULL,
    response BLOB NOT NULL,
    UNIQUE (session_id, call_id)
) STRICT;
CREATE TABLE tracks (
    id TEXT PRIMARY KEY,
    project TEXT NOT NULL,
    title TEXT NOT NULL,
    epic TEXT NOT NULL,
    status TEXT NOT NULL,
    opened INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    events INTEGER NOT NULL,               -- the number of the last one
    run TEXT NOT NULL DEFAULT '',          -- the last program that worked on it
    owner TEXT NOT NULL DEFAULT ''         -- who works on it now, if still alive
) STRICT, WITHOUT ROWID;
INSERT INTO tracks VALUES ('tea', '/home/me/teapot', 'Tea', 'tea', 'planned', 1795479890269437, 1795479890269437, 4, '', '');
CREATE INDEX tracks_by_project ON tracks (project, changed);
CREATE TABLE track_events (
    track TEXT NOT NULL REFERENCES tracks (id),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (track, number)
) STRICT, WITHOUT ROWID;
INSERT INTO track_events VALUES ('tea', 1, 1795479890269437, '{"type":"TrackPlanned","title":"Tea","goal":"more tea","project":"/home/me/teapot","epic":"tea","digest":"d1gest","spec":"# Tea","tickets":[{"id":"steep","title":"Steep","brief":"do it","priority":"normal"}]}');
INSERT INTO track_events VALUES ('tea', 2, 1795479890269437, '{"type":"GateOpened","gate":"plan","digest":"d1gest","by":"me"}');
INSERT INTO track_events VALUES ('tea', 3, 1795479890269437, '{"type":"TicketChanged","ticket":"steep","status":"running","attempt":1,"model":"acme/m1"}');
INSERT INTO track_events VALUES ('tea', 4, 1795479890269437, '{"type":"VerdictGiven","ticket":"steep","attempt":1,"verdict":{"passed":true,"reasons":["hot"],"checks":"c"},"model":"acme/m2"}');
CREATE TABLE track_commands (
    number INTEGER PRIMARY KEY,
    track TEXT NOT NULL REFERENCES tracks (id),
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    kind TEXT NOT NULL,
    ticket TEXT NOT NULL,
    outcome TEXT                           -- NULL until it was taken
) STRICT;
INSERT INTO track_commands VALUES (1, 'tea', 1795479890274133, '{"kind": "block", "ticket": "steep", "value": "too hot", "by": "me"}', 'block', 'steep', NULL);
CREATE INDEX track_commands_waiting ON track_commands (track, number) WHERE outcome IS NULL;
CREATE TABLE track_stops (
    track TEXT NOT NULL REFERENCES tracks (id),
    ticket TEXT NOT NULL,                  -- empty: all that runs
    reason TEXT NOT NULL,
    PRIMARY KEY (track, ticket)
) STRICT, WITHOUT ROWID;
CREATE TABLE inbox (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    track TEXT NOT NULL,                   -- empty where no track asks
    digest TEXT NOT NULL,                  -- of the action as it stands here
    request TEXT NOT NULL,
    owner TEXT NOT NULL,                   -- who asks
    answer TEXT                            -- NULL while it waits
) STRICT;
CREATE INDEX inbox_waiting ON inbox (number) WHERE answer IS NULL;
CREATE TABLE paces (
    provider TEXT PRIMARY KEY,
    next_call REAL NOT NULL,               -- seconds since 1970: when the next call may begin
    next_tokens REAL NOT NULL              -- and when there is room for tokens again
) STRICT, WITHOUT ROWID;
INSERT INTO search (search) VALUES ('rebuild');
