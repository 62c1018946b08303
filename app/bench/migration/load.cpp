#include "app/bench/migration/load.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace tributary::app {

namespace {

constexpr std::size_t kHeadBytes = 12;  // u64 counter, u32 last writer
constexpr std::size_t kChangedBytes = 40;

double seconds_of_time(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

void Tally::complete(Micros invoked, Micros now, Micros begin, Micros end, std::size_t objects) {
    written += objects;
    if (now < begin || now > end) return;
    ++updates;
    latencies_us.push_back(static_cast<std::uint32_t>((now - invoked).count()));
}

std::string object_name(std::size_t number) {
    return "object-" + std::to_string(number);
}

ObjectNames choose_objects(const Load& load, Random& random, ObjectNames chosen) {
    while (chosen.size() < std::min(load.objects_per_update, load.objects)) {
        std::string next = object_name(static_cast<std::size_t>(random.below(load.objects)));
        const bool is_new = std::find(chosen.begin(), chosen.end(), next) == chosen.end();
        if (is_new) chosen.push_back(std::move(next));
    }
    return chosen;
}

Bytes first_body(std::size_t bytes, Random& random) {
    ByteWriter body;
    body.u64(0);
    body.u32(0);
    while (body.size() < std::max(bytes, kHeadBytes + kChangedBytes)) {
        body.u8(static_cast<std::uint8_t>(random.next()));
    }
    return body.take();
}

Result<bool> modify(Bytes& body, std::uint32_t client, Random& random) {
    ByteReader reader(body);
    const std::uint64_t count = reader.u64();
    const std::uint32_t writer = reader.u32();
    if (!reader.ok() || reader.remaining() < kChangedBytes) {
        return fail(Errc::corrupt, "an object of the benchmark came back shorter than it was");
    }
    ByteWriter head;
    head.u64(count + 1);
    head.u32(client);
    std::copy(head.bytes().begin(), head.bytes().end(), body.begin());
    const std::size_t places = body.size() - kHeadBytes - kChangedBytes + 1;
    const std::size_t at = kHeadBytes + static_cast<std::size_t>(random.below(places));
    for (std::size_t i = 0; i < kChangedBytes; ++i) {
        body[at + i] = static_cast<std::uint8_t>(random.next());
    }
    return writer != client;
}

Result<std::uint64_t> count_of(ByteView body) {
    ByteReader reader(body);
    const std::uint64_t count = reader.u64();
    if (reader.ok()) return count;
    return fail(Errc::corrupt, "an object of the benchmark came back shorter than it was");
}

double percentile_ms(const std::vector<std::uint32_t>& sorted, double share) {
    if (sorted.empty()) return 0;
    const auto last = static_cast<double>(sorted.size() - 1);
    return sorted[static_cast<std::size_t>(last * share)] / 1e3;
}

double own_cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return seconds_of_time(usage.ru_utime) + seconds_of_time(usage.ru_stime);
}

}  // namespace tributary::app
