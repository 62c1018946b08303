// The versions that the SQLite store keeps: what is read of them, what goes, and tags.
#include <algorithm>

#include "base/hash.hpp"
#include "netlayer/store/sqlite_parts.hpp"
#include "netlayer/store/tags.hpp"

namespace tributary::netlayer {

/// Columns: object, version, content's hash, body.
Result<Object> SqliteStore::Parts::read_version(Statement& row) {
    Object object{row.text(0), row.number(1), nullptr};
    Bytes body = row.blob(3);
    if (to_hex(blake2b(body)) != row.text(2)) {
        return fail(Errc::corrupt, "the stored content of object " + object.id + " version " +
                                       std::to_string(object.version) +
                                       " does not match its name. Restore the store from a backup");
    }
    if (!body.empty()) object.body = std::make_shared<const Bytes>(std::move(body));
    return object;
}

Result<std::vector<std::pair<Version, std::string>>> SqliteStore::Parts::tags(
    const ObjectId& object) {
    TRIBUTARY_TRY(Statement query, database.prepare("SELECT version, name FROM tags WHERE object = "
                                                    "?1 ORDER BY name"));
    query.bind(1, std::string_view(object));
    std::vector<std::pair<Version, std::string>> found;
    while (true) {
        TRIBUTARY_TRY(const bool row, query.step());
        if (!row) return found;
        found.emplace_back(query.number(0), query.text(1));
    }
}

Result<std::vector<StoredVersion>> SqliteStore::Parts::history(const ObjectId& object) {
    TRIBUTARY_TRY(
        Statement query,
        database.prepare("SELECT v.version, v.content, length(c.body) FROM versions v JOIN "
                         "contents c ON c.hash = v.content WHERE v.object = ?1 ORDER BY v.version "
                         "DESC"));
    query.bind(1, std::string_view(object));
    std::vector<StoredVersion> found;
    while (true) {
        TRIBUTARY_TRY(const bool row, query.step());
        if (!row) break;
        found.push_back({query.number(0), query.text(1), query.number(2)});
    }
    TRIBUTARY_TRY(const auto names, tags(object));
    hand_out(names, found);
    note_reasons(retention, found);
    return found;
}

Status SqliteStore::Parts::drop(const ObjectId& object, Version version,
                                const std::string& content) {
    TRIBUTARY_TRY(Statement gone, database.prepare("DELETE FROM versions WHERE object = ?1 AND "
                                                   "version = ?2"));
    TRIBUTARY_CHECK(gone.bind(1, std::string_view(object)).bind(2, version).run());
    return sweep(content);
}

/// What leaves the newest versions, if something does: version, content, whether it is tagged, and
/// whether it is the first of its block.
Result<Statement*> SqliteStore::Parts::prepared_leaving() {
    if (!leaving) {
        TRIBUTARY_TRY(
            leaving,
            database.prepare(
                "SELECT v.version, v.content, EXISTS (SELECT 1 FROM tags WHERE object = ?1 AND "
                "version = v.version), NOT EXISTS (SELECT 1 FROM versions WHERE object = ?1 AND "
                "version < v.version AND version >= v.version / ?3 * ?3) FROM (SELECT version, "
                "content FROM versions WHERE object = ?1 ORDER BY version DESC LIMIT 1 OFFSET ?2) "
                "v"));
    }
    return &*leaving;
}

/// After a version was written: one at most leaves the newest ones, and what is older was decided
/// about when it left them. So this costs the same however much is kept.
Status SqliteStore::Parts::trim(const ObjectId& object) {
    TRIBUTARY_TRY(Statement * query, prepared_leaving());
    query->bind(1, std::string_view(object))
        .bind(2, std::max<std::uint64_t>(retention.last, 1))
        .bind(3, std::max<std::uint64_t>(retention.every, 1));
    TRIBUTARY_TRY(const bool row, query->step());
    const Version version = row ? query->number(0) : 0;
    const std::string content = row ? query->text(1) : "";
    const bool is_tagged = row && query->number(2) != 0;
    const bool is_milestone = row && retention.every != 0 && query->number(3) != 0;
    query->reset();
    if (is_milestone) return trim_wholly(object);
    return !row || is_tagged ? Status{} : drop(object, version, content);
}

Status SqliteStore::Parts::trim_wholly(const ObjectId& object) {
    TRIBUTARY_TRY(const auto kept, history(object));
    for (const StoredVersion& stored : kept) {
        if (is_surplus(stored)) TRIBUTARY_CHECK(drop(object, stored.version, stored.content));
    }
    return {};
}

/// For files of programs or coordinators that kept something else.
Status SqliteStore::Parts::trim_all() {
    std::vector<ObjectId> objects;
    TRIBUTARY_TRY(Statement query, database.prepare("SELECT DISTINCT object FROM versions"));
    while (true) {
        TRIBUTARY_TRY(const bool row, query.step());
        if (!row) break;
        objects.push_back(query.text(0));
    }
    for (const ObjectId& object : objects) TRIBUTARY_CHECK(trim_wholly(object));
    // A program that does not know tags may have removed their versions.
    return database.execute(
        "DELETE FROM tags WHERE NOT EXISTS (SELECT 1 FROM versions v WHERE v.object = tags.object "
        "AND v.version = tags.version)");
}

Result<std::vector<StoredVersion>> SqliteStore::history(const ObjectId& object) {
    return parts_->history(object);
}

Result<Object> SqliteStore::version(const ObjectId& object, Version version) {
    TRIBUTARY_TRY(Statement query,
                  parts_->database.prepare(
                      "SELECT v.object, v.version, v.content, c.body FROM versions v JOIN contents "
                      "c ON c.hash = v.content WHERE v.object = ?1 AND v.version = ?2"));
    query.bind(1, std::string_view(object)).bind(2, version);
    TRIBUTARY_TRY(const bool row, query.step());
    if (row) return parts_->read_version(query);
    return fail(no_such_version(object, version));
}

Status SqliteStore::tag(const Tag& tag, Retag retag) {
    TRIBUTARY_TRY(Transaction transaction, Transaction::begin(parts_->database));
    TRIBUTARY_CHECK(parts_->check_rule());
    TRIBUTARY_TRY(const auto kept, parts_->history(tag.object));
    TRIBUTARY_CHECK(check_tag(kept, tag, retag));
    TRIBUTARY_TRY(Statement put,
                  parts_->database.prepare("INSERT INTO tags VALUES (?1, ?2, ?3) ON CONFLICT "
                                           "(object, name) DO UPDATE SET version = ?3"));
    TRIBUTARY_CHECK(put.bind(1, std::string_view(tag.object))
                        .bind(2, std::string_view(tag.name))
                        .bind(3, tag.version)
                        .run());
    // A name that moved lets go of the version it stood for.
    TRIBUTARY_CHECK(parts_->trim_wholly(tag.object));
    return transaction.commit();
}

Status SqliteStore::untag(const ObjectId& object, const std::string& name) {
    TRIBUTARY_TRY(Transaction transaction, Transaction::begin(parts_->database));
    TRIBUTARY_CHECK(parts_->check_rule());
    TRIBUTARY_TRY(
        Statement gone,
        parts_->database.prepare("DELETE FROM tags WHERE object = ?1 AND name = ?2 RETURNING 1"));
    TRIBUTARY_TRY(const bool was_there,
                  gone.bind(1, std::string_view(object)).bind(2, std::string_view(name)).step());
    if (!was_there) return fail(no_such_tag(object, name));
    gone.reset();
    TRIBUTARY_CHECK(parts_->trim_wholly(object));
    return transaction.commit();
}

}  // namespace tributary::netlayer
