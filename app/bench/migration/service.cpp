#include "app/bench/migration/service.hpp"

#include <thread>

namespace tributary::app {

Result<Tally> run_in_turn(const Load& load, Micros start, std::uint32_t client,
                          const UpdateOnce& update) {
    const SystemClock clock;
    const Micros end = start + load.duration;
    Random random(client);
    Tally tally;
    double cpu_before = 0;
    while (clock.monotonic() < start - load.warm_up) std::this_thread::yield();
    while (true) {
        const Micros invoked = clock.monotonic();
        if (invoked >= end) break;
        if (invoked < start) cpu_before = own_cpu_seconds();
        std::uint64_t aborted = 0;
        const ObjectNames objects = choose_objects(load, random);
        TRIBUTARY_TRY(const bool handed_over, update(objects, aborted));
        const Micros now = clock.monotonic();
        tally.complete(invoked, now, start, end, objects.size());
        if (now < start || now > end) continue;
        tally.aborted += aborted;
        tally.hand_overs += handed_over ? 1 : 0;
    }
    tally.cpu_seconds = own_cpu_seconds() - cpu_before;
    return tally;
}

}  // namespace tributary::app
