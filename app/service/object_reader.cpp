#include "app/service/object_reader.hpp"

namespace tributary::app {

Result<netlayer::Object> ObjectReader::object(const std::string& id, Freshness freshness) {
    Result<netlayer::Object> read = node_.read(id, freshness == Freshness::latest);
    const std::lock_guard lock(mutex_);
    if (read) {
        seen_.insert_or_assign(id, *read);
        return read;
    }
    const auto last = seen_.find(id);
    const bool cut_off =
        read.error().code == Errc::disconnected || read.error().code == Errc::timeout;
    if (freshness == Freshness::local && cut_off && last != seen_.end()) return last->second;
    return read;
}

Result<std::map<std::string, netlayer::Object>> ObjectReader::classifiers(Freshness freshness) {
    TRIBUTARY_TRY(const netlayer::Object list, object(kCatalogueId, freshness));
    TRIBUTARY_TRY(const Catalogue catalogue, decode_catalogue(netlayer::view(list.body)));
    std::map<std::string, netlayer::Object> objects;
    for (const std::string& id : catalogue) {
        TRIBUTARY_TRY(netlayer::Object read, object(id, freshness));
        objects.emplace(id, std::move(read));
    }
    return objects;
}

}  // namespace tributary::app
