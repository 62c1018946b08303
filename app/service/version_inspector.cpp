#include "app/service/version_inspector.hpp"

#include <algorithm>
#include <memory>

#include "app/service/catalogue.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "classifier/object/codec.hpp"

namespace tributary::app {

namespace {

using classifier::ClassifierObject;
using classifier::Inspected;
using netlayer::Object;

Status check_catalogue(const Object* before, const Object& after) {
    TRIBUTARY_TRY(const Catalogue now, decode_catalogue(netlayer::view(after.body)));
    if (!std::ranges::all_of(now, is_classifier_id)) {
        return fail(Errc::corrupt, "the catalogue lists what is no classifier");
    }
    if (before == nullptr) return {};
    TRIBUTARY_TRY(const Catalogue then, decode_catalogue(netlayer::view(before->body)));
    if (std::ranges::includes(now, then)) return {};
    return fail(Errc::mismatch, "the catalogue forgets a classifier");
}

}  // namespace

std::string keeper_name(const SigningPublic& key) {
    return "coordinator-" + to_hex(ByteView(blake2b(key)).first(6));
}

bool is_classifier_id(const std::string& id) {
    return id.find(':') != std::string::npos;
}

Status VersionInspector::operator()(const Object* before, const Object& after) {
    if (after.id == kCatalogueId) return check_catalogue(before, after);
    return is_classifier_id(after.id) ? check_classifier(before, after) : Status{};
}

Status VersionInspector::check_classifier(const Object* before, const Object& after) {
    std::optional<Inspected> last;
    if (before != nullptr && !netlayer::view(before->body).empty()) {
        TRIBUTARY_TRY(last, inspected(*before));
    }
    TRIBUTARY_TRY(Inspected now,
                  classifier::inspect(last ? &*last : nullptr, netlayer::view(after.body)));
    const ClassifierObject& object = now.object;
    if (object.id != after.id || object.id != object.schema + ":" + object.class_name) {
        return fail(Errc::mismatch, "object " + after.id + " calls itself " + object.id +
                                        ", the class " + object.class_name + " under " +
                                        object.schema);
    }
    TRIBUTARY_CHECK(check_keeper(object));
    seen_.insert_or_assign(after.id, Seen{after.body, std::move(now)});
    return {};
}

Result<Inspected> VersionInspector::inspected(const Object& object) const {
    const auto known = seen_.find(object.id);
    if (known != seen_.end() && known->second.body == object.body) return known->second.inspected;
    Inspected decoded;
    TRIBUTARY_TRY(decoded.object, classifier::decode_object(netlayer::view(object.body)));
    TRIBUTARY_TRY(decoded.content, classifier::content_digest(netlayer::view(object.body)));
    return decoded;
}

Status VersionInspector::check_keeper(const ClassifierObject& object) const {
    if (!keeper_) return {};
    const classifier::Contributor* const named = object.find_contributor(keeper_name(*keeper_));
    if (named == nullptr || std::ranges::equal(named->key, *keeper_)) return {};
    return fail(Errc::permission, "somebody else acts as the coordinator in object " + object.id);
}

netlayer::Inspection make_inspection(std::optional<SigningPublic> keeper) {
    // Shared because std::function copies what it holds, and the copies are one inspector.
    const auto inspector = std::make_shared<VersionInspector>(keeper);
    return [inspector](const Object* before, const Object& after) -> Status {
        Status status = (*inspector)(before, after);
        if (!status) {
            log::warning("inspection", "a version was refused, and its sender is cut off",
                         {{"object", after.id}, {"why", status.error().message}});
        }
        return status;
    };
}

}  // namespace tributary::app
