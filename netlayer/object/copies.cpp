#include "netlayer/object/copies.hpp"

namespace tributary::netlayer {

bool Copies::save(const Object& object, bool unconditionally) {
    const auto [place, inserted] = objects_.try_emplace(object.id, object);
    if (!inserted) {
        if (place->second.version >= object.version && !unconditionally) return false;
        place->second = object;
    }
    changed_.insert(object.id);
    return true;
}

void Copies::clear() {
    objects_.clear();
    changed_.clear();
}

std::set<ObjectId> Copies::take_changed() {
    std::set<ObjectId> taken;
    taken.swap(changed_);
    return taken;
}

const Object* Copies::find(const ObjectId& id) const {
    const auto found = objects_.find(id);
    return found == objects_.end() ? nullptr : &found->second;
}

}  // namespace tributary::netlayer
