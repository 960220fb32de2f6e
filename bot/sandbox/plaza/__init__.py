"""Plaza: a social network in one process, strict as a real one, that can be told to misbehave.

Everything is kept in memory and gone with the process. Each request is bounded in size and does constant work
(a page of a list at most). Every answer is JSON; a refusal is `{"error": {"code": "...", "message": "..."}}`.

For accounts (`Authorization: Bearer TOKEN`; without a good one 401; over the account's rate 429 with `Retry-After`;
every answer carries `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset`, in seconds):

    GET    /api/me                              {"id", "handle", "name", "url"}
    GET    /api/limits                          see `rules.LIMITS`
    PUT    /api/images/{sha256}                 the file's bytes (png, jpeg, gif, webp); 201, or 200 if it was there
    POST   /api/posts/{key}                     {"text", "images": [{"sha256", "alt"}], "in_reply_to", "audience"};
                                                PUT means the same, but some clients send a PUT twice by themselves
    GET    /api/posts/{key}                     a post of one's own by its key; 404 never, 410 deleted
    DELETE /api/posts/{key}                     204; the key stays taken: publishing then answers 410
    GET    /api/accounts/{handle}/posts         ?before=ID&limit=N, newest first: {"posts", "next"}
    GET    /api/messages                        ?after=CURSOR&limit=N, oldest first: {"messages", "cursor"};
                                                without `after` nothing but the cursor of now

The key of a post (1 to 64 of A-Z a-z 0-9 _ -) is chosen by its author. The same key with the same content is a no-op
that answers 200 with the first post; with other content 409 `key_taken`. `in_reply_to` is the id of a post or message;
an answer to a direct message must say `"audience": "direct"`, everything else `"public"` (the default).
Content that Plaza never takes is 422, a body that is too large 413, a post with a wrong token or on behalf of a
suspended account 401 and 403.

For visitors, which is what the page at `/` uses (a visitor is a customer; `Authorization: Bearer` again):

    POST /visitors                              {"name"} -> 201 {"token", "handle", "name"}
    POST /visitors/messages                     {"to", "kind": "mention"|"comment"|"direct", "text", "post"}
    GET  /visitors/direct                       the visitor's direct messages, oldest first
    GET  /accounts, /timeline?before=ID, /timeline/{id}, /images/{sha256}, /posts/{id} (a page)
    GET  /events                                server-sent events `post`, `removed` and (with ?visitor=TOKEN) `direct`

For tests and the sandbox (no token: Plaza listens on loopback and refuses other sites' pages):

    GET, POST, DELETE /control/faults           see `faults`
    GET, POST /control/accounts                 {"handle", "name"} -> 201 {"handle", "name", "token"}
    POST /control/accounts/{handle}/{state}     `revoke` (401 from now on), `suspend` (403), `restore`
    POST /control/rate                          {"per_minute": N} for every account
    GET  /control/census                        {"posts", "messages", "accounts": {handle: {"posts", "doubles"}}}
"""

from __future__ import annotations

from bot.sandbox.plaza.server import PlazaServer, Seed, serve_plaza

__all__ = ["PlazaServer", "Seed", "serve_plaza"]
