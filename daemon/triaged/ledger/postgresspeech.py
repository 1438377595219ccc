"""How a statement of this room is said to PostgreSQL: the few words that it spells otherwise, and functions that it lacks.

Statements stand once, in what both engines know; what is put differently is put so here, once a statement, and remembered.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

_WORD = re.compile(
    r"(?P<text>'(?:[^']|'')*')"
    r"|(?P<place>\?\d*|(?<!:):[a-z_]\w*)"
    r"|(?P<unlike>\bIS\s+NOT\s+(?!NULL\b|DISTINCT\b|TRUE\b|FALSE\b))"
    r"|(?P<like>\bIS\s+(?!NOT\b|NULL\b|DISTINCT\b|TRUE\b|FALSE\b))"
    r"|(?P<order>\bCROSS\s+JOIN\b)"
    r"|(?P<hint>\s+INDEXED\s+BY\s+\w+|(?<=[\s(])\+(?=[a-z]))"
    r"|(?P<number>\bAS\s+INTEGER\b)"
)
_SPELT = {
    "unlike": "IS DISTINCT FROM ",
    "like": "IS NOT DISTINCT FROM ",
    "order": "JOIN",  # SQLite's way to fix the order of a join
    "hint": "",
    "number": "AS BIGINT",
}


@lru_cache(maxsize=1024)
def spoken(sql: str) -> tuple[str, tuple[str | int, ...]]:
    """The statement for PostgreSQL, and what stands at $1, $2 …: a name, or a position among what is given."""
    places: dict[str | int, int] = {}

    def put(found: re.Match[str]) -> str:
        kind = found.lastgroup or ""
        if kind == "text":
            return found[0]
        if kind != "place":
            return _SPELT[kind]
        word = found[0]
        if word == "?":
            at: str | int = len(places)
        else:
            at = int(word[1:]) - 1 if word[0] == "?" else word[1:]
        return f"${places.setdefault(at, len(places) + 1)}"

    return _WORD.sub(put, sql), tuple(places)


def given(places: Sequence[str | int], parameters: Sequence[Any] | Mapping[str, Any]) -> Sequence[Any]:
    """What is handed in, in the order of its places."""
    if isinstance(parameters, Mapping):
        return [parameters[str(place)] for place in places]
    return [parameters[int(place)] for place in places]


FUNCTIONS = """
CREATE FUNCTION max(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS 'SELECT CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL WHEN $1 > $2 THEN $1 ELSE $2 END';
CREATE FUNCTION min(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS 'SELECT CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL WHEN $1 < $2 THEN $1 ELSE $2 END';
CREATE FUNCTION json_each(text) RETURNS TABLE (key bigint, value text) LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS 'SELECT n - 1, v FROM pg_catalog.json_array_elements_text($1::json) WITH ORDINALITY AS e (v, n)';
CREATE FUNCTION json_extract(text, text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS 'SELECT $1::json #>> string_to_array(substr($2, 3), ''.'')';
CREATE FUNCTION json_patch(text, text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT '{' || coalesce(string_agg(to_json(k)::text || ':' || v, ',' ORDER BY n), '') || '}' FROM (
    SELECT coalesce(o.key, p.key) AS k, coalesce(p.value, o.value)::text AS v, coalesce(o.n, 1000 + p.n) AS n
    FROM pg_catalog.json_each($1::json) WITH ORDINALITY AS o (key, value, n)
    FULL JOIN pg_catalog.json_each($2::json) WITH ORDINALITY AS p (key, value, n) ON p.key = o.key
  ) AS both_of WHERE v <> 'null' $$;
CREATE FUNCTION json_set(text, text, text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS 'SELECT json_patch($1, pg_catalog.json_build_object(substr($2, 3), $3)::text)';
CREATE FUNCTION json_set(text, text, bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS 'SELECT json_patch($1, pg_catalog.json_build_object(substr($2, 3), $3)::text)';
CREATE FUNCTION json_remove(text, VARIADIC text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT json_patch($1, pg_catalog.json_object_agg(substr(path, 3), NULL)::text) FROM unnest($2) AS path $$;
"""
"""SQLite's functions that the statements use, as far as they use them: a merge patch of one level, paths of plain names."""
