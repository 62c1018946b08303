#include "app/service/object_reader.hpp"

namespace tributary::app {

Result<netlayer::Object> ObjectReader::read(const std::string& id, Freshness freshness) {
    Result<netlayer::Object> answer = node_.read(id, freshness == Freshness::latest);
    const std::lock_guard lock(mutex_);
    if (answer) {
        seen_.insert_or_assign(id, *answer);
        return answer;
    }
    const auto last = seen_.find(id);
    const bool cut_off =
        answer.error().code == Errc::disconnected || answer.error().code == Errc::timeout;
    if (freshness == Freshness::local && cut_off && last != seen_.end()) return last->second;
    return answer;
}

Result<Catalogue> ObjectReader::catalogue(Freshness freshness) {
    TRIBUTARY_TRY(const netlayer::Object list, read(kCatalogueId, freshness));
    return decode_catalogue(netlayer::view(list.body));
}

Result<netlayer::Object> ObjectReader::object(const std::string& id, Freshness freshness) {
    if (id == kCatalogueId) return read(id, freshness);
    TRIBUTARY_TRY(const Catalogue known, catalogue(freshness));
    if (!known.contains(id)) return netlayer::Object{id, 0, nullptr};
    return read(id, freshness);
}

Result<std::map<std::string, netlayer::Object>> ObjectReader::classifiers(Freshness freshness) {
    TRIBUTARY_TRY(const Catalogue known, catalogue(freshness));
    std::map<std::string, netlayer::Object> objects;
    for (const std::string& id : known) {
        TRIBUTARY_TRY(netlayer::Object classifier, read(id, freshness));
        objects.emplace(id, std::move(classifier));
    }
    return objects;
}

}  // namespace tributary::app
