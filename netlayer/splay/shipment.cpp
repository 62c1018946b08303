#include "netlayer/splay/shipment.hpp"

#include "netlayer/tree/search_tree.hpp"

namespace tributary::netlayer {

namespace {

constexpr std::uint64_t kObjectFrame =
    32;  // of an object beside its body: its name, version, lengths

std::uint64_t bytes_of(const Object& object) {
    return view(object.body).size() + kObjectFrame;
}

}  // namespace

bool Shipment::stays_below(const ObjectId& id, ProcessId rising) const {
    const auto queue = state_.queues.find(id);
    if (queue == state_.queues.end()) return false;  // it is somewhere above
    const ProcessId head = queue->second.head().process;
    return head != state_.parent_id() && head != rising;
}

std::vector<ShippedCopy> Shipment::offer(ProcessId rising) const {
    std::vector<ShippedCopy> copies;
    for (const auto& [id, object] : state_.copies.all()) {
        if (copies.size() == state_.options.max_copies) break;
        const bool needed = stays_below(id, rising);
        copies.push_back({id, object.version, needed ? bytes_of(object) : 0});
    }
    return copies;
}

std::uint64_t Shipment::price(const std::vector<ShippedCopy>& offered) const {
    std::uint64_t bytes = 0;
    std::map<ObjectId, Version> theirs;
    for (const ShippedCopy& copy : offered) {
        theirs[copy.object] = copy.version;
        const Object* own = state_.copies.find(copy.object);
        if (own == nullptr || own->version < copy.version) bytes += copy.bytes;
    }
    const Child* abandoned = SearchTree(state_).inner_child();
    if (abandoned == nullptr) return bytes;
    for (const auto& [id, queue] : state_.queues) {
        if (queue.head().process != abandoned->card.id) continue;
        const Object* own = state_.copies.find(id);
        const auto known = theirs.find(id);
        const bool newer =
            own != nullptr && (known == theirs.end() || known->second < own->version);
        if (newer) bytes += bytes_of(*own);
    }
    return bytes;
}

std::vector<Object> Shipment::for_sinking(ProcessId abandoned) const {
    std::vector<Object> objects;
    if (state_.mutations.rotate_without_objects || state_.mutations.rotate_without_sinking_bodies) {
        return objects;
    }
    const std::map<ObjectId, Version>& theirs = state_.rotation->versions;
    for (const auto& [id, queue] : state_.queues) {
        if (queue.head().process != abandoned) continue;
        const Object* own = state_.copies.find(id);
        const auto known = theirs.find(id);
        const bool newer =
            own != nullptr && (known == theirs.end() || known->second < own->version);
        if (newer) objects.push_back(*own);
    }
    return objects;
}

std::vector<Object> Shipment::for_rising(ProcessId rising,
                                         const std::vector<KnownVersion>& known) const {
    std::vector<Object> objects;
    if (state_.mutations.rotate_without_objects || state_.mutations.rotate_without_rising_bodies) {
        return objects;
    }
    std::map<ObjectId, Version> theirs;
    for (const KnownVersion& copy : known) theirs[copy.object] = copy.version;
    for (const auto& [id, object] : state_.copies.all()) {
        const auto there = theirs.find(id);
        const bool newer = there == theirs.end() || there->second < object.version;
        if (newer && stays_below(id, rising)) objects.push_back(object);
    }
    return objects;
}

}  // namespace tributary::netlayer
