// The versions that the PostgreSQL store keeps: what is read of them, what goes, and tags.
#ifdef TRIBUTARY_HAVE_PQ

#include <algorithm>

#include "base/hash.hpp"
#include "netlayer/store/postgres_parts.hpp"
#include "netlayer/store/tags.hpp"

namespace tributary::netlayer {

namespace {

constexpr const char* kSelectVersions =
    "SELECT v.object, v.version, v.content, c.body FROM versions v JOIN contents c "
    "ON c.hash = v.content ";

}  // namespace

Result<Body> PostgresStore::Parts::checked_body(Bytes body, const std::string& hash) {
    if (to_hex(blake2b(body)) != hash) {
        return fail(Errc::corrupt, "the stored content " + hash +
                                       " does not match its name. Restore the store from a backup");
    }
    return std::make_shared<const Bytes>(std::move(body));
}

/// A row of kSelectVersions.
Result<Object> PostgresStore::Parts::object_of(const PostgresRows& rows, int row) {
    Object object{rows.text(row, 0), rows.number(row, 1), nullptr};
    TRIBUTARY_TRY(Body body, checked_body(rows.blob(row, 3), rows.text(row, 2)));
    if (!body->empty()) object.body = std::move(body);
    return object;
}

Result<std::vector<Object>> PostgresStore::load() {
    TRIBUTARY_TRY(const PostgresRows rows,
                  parts_->connection.run(std::string(kSelectVersions) +
                                         "WHERE v.version = (SELECT MAX(version) FROM versions "
                                         "WHERE object = v.object) ORDER BY v.object"));
    std::vector<Object> objects;
    for (int row = 0; row < rows.size(); ++row) {
        TRIBUTARY_TRY(Object object, Parts::object_of(rows, row));
        objects.push_back(std::move(object));
    }
    return objects;
}

Result<std::vector<StoredVersion>> PostgresStore::Parts::history(const ObjectId& object) {
    TRIBUTARY_TRY(
        const PostgresRows rows,
        connection.run("SELECT v.version, v.content, length(c.body)::bigint FROM versions v JOIN "
                       "contents c ON c.hash = v.content WHERE v.object = $1 ORDER BY v.version "
                       "DESC",
                       {std::string_view(object)}));
    std::vector<StoredVersion> found;
    for (int row = 0; row < rows.size(); ++row) {
        found.push_back({rows.number(row, 0), rows.text(row, 1), rows.number(row, 2)});
    }
    TRIBUTARY_TRY(const PostgresRows named,
                  connection.run("SELECT version, name FROM tags WHERE object = $1 ORDER BY name "
                                 "COLLATE \"C\"",
                                 {std::string_view(object)}));
    std::vector<std::pair<Version, std::string>> names;
    for (int row = 0; row < named.size(); ++row) {
        names.emplace_back(named.number(row, 0), named.text(row, 1));
    }
    hand_out(names, found);
    note_reasons(retention, found);
    return found;
}

/// After a version was written: one at most leaves the newest ones, and what is older was decided
/// about when it left them. So this costs the same, and one round trip, however much is kept.
Status PostgresStore::Parts::trim(const ObjectId& object) {
    TRIBUTARY_TRY(
        const PostgresRows left,
        connection.run(
            "WITH leaving AS (SELECT version FROM versions WHERE object = $1 ORDER BY version DESC "
            "OFFSET $2 LIMIT 1), gone AS (DELETE FROM versions v USING leaving l WHERE v.object = "
            "$1 AND v.version = l.version AND NOT EXISTS (SELECT 1 FROM tags t WHERE t.object = $1 "
            "AND t.version = l.version) AND ($3::bigint = 0 OR EXISTS (SELECT 1 FROM versions e "
            "WHERE "
            "e.object = $1 AND e.version < l.version AND e.version >= l.version / GREATEST($3, 1) "
            "* GREATEST($3, 1))) RETURNING v.content) SELECT (SELECT content FROM gone) FROM "
            "leaving",
            {std::string_view(object), std::max<std::uint64_t>(retention.last, 1),
             retention.every}));
    if (left.size() == 0) return {};
    const std::string content = left.text(0, 0);
    // Something stays; as a milestone it may be one too many.
    return content.empty() ? trim_wholly(object) : sweep(content);
}

Status PostgresStore::Parts::trim_wholly(const ObjectId& object) {
    TRIBUTARY_TRY(const auto kept, history(object));
    for (const StoredVersion& stored : kept) {
        if (!is_surplus(stored)) continue;
        TRIBUTARY_CHECK(run("DELETE FROM versions WHERE object = $1 AND version = $2",
                            {std::string_view(object), stored.version}));
        TRIBUTARY_CHECK(sweep(stored.content));
    }
    return {};
}

/// For databases of programs or coordinators that kept something else.
Status PostgresStore::Parts::trim_all() {
    TRIBUTARY_TRY(const PostgresRows objects,
                  connection.run("SELECT DISTINCT object FROM versions"));
    for (int row = 0; row < objects.size(); ++row) {
        TRIBUTARY_CHECK(trim_wholly(objects.text(row, 0)));
    }
    // A program that does not know tags may have removed their versions.
    return run(
        "DELETE FROM tags t WHERE NOT EXISTS (SELECT 1 FROM versions v WHERE v.object = t.object "
        "AND v.version = t.version)");
}

Result<std::vector<StoredVersion>> PostgresStore::history(const ObjectId& object) {
    return parts_->history(object);
}

Result<Object> PostgresStore::version(const ObjectId& object, Version version) {
    TRIBUTARY_TRY(const PostgresRows rows,
                  parts_->connection.run(
                      std::string(kSelectVersions) + "WHERE v.object = $1 AND v.version = $2",
                      {std::string_view(object), version}));
    if (rows.size() == 1) return Parts::object_of(rows, 0);
    return fail(no_such_version(object, version));
}

Status PostgresStore::tag(const Tag& tag, Retag retag) {
    TRIBUTARY_TRY(PostgresTransaction transaction, PostgresTransaction::begin(parts_->connection));
    TRIBUTARY_CHECK(parts_->check_rule());
    TRIBUTARY_TRY(const auto kept, parts_->history(tag.object));
    TRIBUTARY_CHECK(check_tag(kept, tag, retag));
    TRIBUTARY_CHECK(parts_->run(
        "INSERT INTO tags VALUES ($1, $2, $3) ON CONFLICT (object, name) DO UPDATE SET version = "
        "$3",
        {std::string_view(tag.object), std::string_view(tag.name), tag.version}));
    // A name that moved lets go of the version it stood for.
    TRIBUTARY_CHECK(parts_->trim_wholly(tag.object));
    return transaction.commit();
}

Status PostgresStore::untag(const ObjectId& object, const std::string& name) {
    TRIBUTARY_TRY(PostgresTransaction transaction, PostgresTransaction::begin(parts_->connection));
    TRIBUTARY_CHECK(parts_->check_rule());
    TRIBUTARY_TRY(
        const PostgresRows gone,
        parts_->connection.run("DELETE FROM tags WHERE object = $1 AND name = $2 RETURNING version",
                               {std::string_view(object), std::string_view(name)}));
    if (gone.size() == 0) return fail(no_such_tag(object, name));
    TRIBUTARY_CHECK(parts_->trim_wholly(object));
    return transaction.commit();
}

}  // namespace tributary::netlayer

#endif
