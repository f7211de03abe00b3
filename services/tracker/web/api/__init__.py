"""The read API, `/v1`: JSON, keyset pages, problem documents (RFC 9457), a bearer token a reader."""
