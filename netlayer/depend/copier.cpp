#include "netlayer/depend/copier.hpp"

namespace tributary::netlayer {

Bundle Copier::collect(const std::set<ObjectId>& roots, const ObjectId& without) {
    const std::set<ObjectId> ids =
        state_.mutations.no_dependency_copying ? roots : state_.dependencies.closure(roots);
    Bundle bundle;
    for (const ObjectId& id : ids) {
        if (id == without) continue;
        if (const Object* copy = state_.copies.find(id)) bundle.copies.push_back(*copy);
    }
    if (!state_.mutations.no_dependency_copying) {
        bundle.dependencies = state_.dependencies.take_within(ids);
    }
    state_.counters.copies_sent += bundle.copies.size();
    return bundle;
}

void Copier::save(const std::vector<Object>& copies, const std::vector<Dependency>& dependencies) {
    for (const Object& object : copies) {
        state_.copies.save(object, state_.mutations.save_copies_unconditionally);
    }
    // The server has no parent to pass a pair on to.
    if (!state_.is_server()) state_.dependencies.add(dependencies);
}

}  // namespace tributary::netlayer
