#include "app/service/shared_objects.hpp"

namespace tributary::app {

Result<Catalogue> read_catalogue(netlayer::Node& node, bool strict) {
    TRIBUTARY_TRY(const netlayer::Object object, node.read(kCatalogueId, strict));
    return decode_catalogue(netlayer::view(object.body));
}

Result<std::map<std::string, netlayer::Object>> read_classifiers(netlayer::Node& node,
                                                                 bool strict) {
    TRIBUTARY_TRY(const Catalogue catalogue, read_catalogue(node, strict));
    std::map<std::string, netlayer::Object> objects;
    for (const std::string& id : catalogue) {
        TRIBUTARY_TRY(netlayer::Object object, node.read(id, strict));
        objects.emplace(id, std::move(object));
    }
    return objects;
}

}  // namespace tributary::app
