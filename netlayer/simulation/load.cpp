#include "netlayer/simulation/load.hpp"

#include <algorithm>

namespace tributary::netlayer::simulation {
namespace {

constexpr Micros kUsualComputation{8'000};

Micros within(Micros most, Random& random) {
    return Micros{
        1 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most.count())))};
}

/// Adds others, each by equal chance, until there are so many.
void add_objects(std::vector<ObjectId>& chosen, std::size_t wanted, std::size_t objects,
                 Random& random) {
    while (chosen.size() < wanted) {
        ObjectId next = object_name(random.below(objects));
        if (std::find(chosen.begin(), chosen.end(), next) == chosen.end()) {
            chosen.push_back(std::move(next));
        }
    }
}

}  // namespace

ObjectId object_name(std::size_t number) {
    return "o" + std::to_string(number);
}

Operation next_operation(const SimulationOptions& options, Random& random) {
    Operation operation;
    operation.objects = {object_name(random.below(options.objects))};
    const bool update = random.below(2) == 0;
    if (!update) {
        operation.kind = options.objects_per_read > 1 ? Kind::multi_read : Kind::strict_read;
    }
    add_objects(
        operation.objects,
        std::min(update ? options.objects_per_update : options.objects_per_read, options.objects),
        options.objects, random);
    if (update) operation.writes = operation.objects;
    return operation;
}

Micros compute_time(const SimulationOptions& options, Random& random) {
    if (options.compute == Micros{0}) return within(kUsualComputation, random);
    return options.compute / 2 + within(options.compute, random);
}

Micros work_time(const SimulationOptions& options, const Operation& operation, Random& random) {
    if (operation.kind != Kind::update) return Micros{0};
    return compute_time(options, random) * static_cast<Micros::rep>(operation.writes.size());
}

}  // namespace tributary::netlayer::simulation
