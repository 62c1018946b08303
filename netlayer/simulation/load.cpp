#include "netlayer/simulation/load.hpp"

namespace tributary::netlayer::simulation {
namespace {

constexpr Micros kUsualComputation{8'000};

Micros within(Micros most, Random& random) {
    return Micros{
        1 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most.count())))};
}

}  // namespace

ObjectId object_name(std::size_t number) {
    return "o" + std::to_string(number);
}

Operation next_operation(const SimulationOptions& options, Random& random) {
    Operation operation;
    operation.objects = {object_name(random.below(options.objects))};
    if (random.below(2) == 0) {
        operation.writes = operation.objects;
    } else {
        operation.kind = Kind::strict_read;
    }
    return operation;
}

Micros compute_time(const SimulationOptions& options, Random& random) {
    if (options.compute == Micros{0}) return within(kUsualComputation, random);
    return options.compute / 2 + within(options.compute, random);
}

}  // namespace tributary::netlayer::simulation
