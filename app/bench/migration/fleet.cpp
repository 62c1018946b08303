#include "app/bench/migration/fleet.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/bench/migration/child_process.hpp"
#include "app/control/protocol.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;

/// From the word to begin until the warm-up begins.
constexpr Micros kNotice = std::chrono::milliseconds(50);
/// Beyond the count: slow joins, long updates under way, the last reads.
constexpr int kPatienceSeconds = 120;

ControlFrame tally_frame(const Tally& tally) {
    ByteWriter latencies;
    for (const std::uint32_t latency : tally.latencies_us) latencies.u32(latency);
    return {Json{{"updates", tally.updates},
                 {"hand_overs", tally.hand_overs},
                 {"aborted", tally.aborted},
                 {"written", tally.written},
                 {"messages", tally.messages},
                 {"leaves", tally.leaves},
                 {"refused_leaves", tally.refused_leaves},
                 {"joins", tally.joins},
                 {"away_us", tally.away_us},
                 {"longest_gap_us", tally.longest_gap_us},
                 {"cpu_seconds", tally.cpu_seconds},
                 {"failure", tally.failure},
                 {"at_risk", tally.at_risk},
                 {"cut_off", tally.cut_off}}
                .dump(),
            latencies.take()};
}

Result<Tally> tally_of(const ControlFrame& frame) {
    const Json json = Json::parse(frame.json, nullptr, false);
    if (!json.is_object()) return fail(Errc::corrupt, "a client of the benchmark sent no counts");
    const auto number = [&json](const char* key) { return json.value(key, std::uint64_t{0}); };
    Tally tally{number("updates"),
                number("hand_overs"),
                number("aborted"),
                number("written"),
                number("messages"),
                number("leaves"),
                number("refused_leaves"),
                number("joins"),
                number("away_us"),
                number("longest_gap_us"),
                json.value("cpu_seconds", 0.0),
                json.value("failure", std::string()),
                number("at_risk"),
                json.value("cut_off", std::string()),
                {}};
    ByteReader latencies(frame.body);
    while (latencies.remaining() > 0) tally.latencies_us.push_back(latencies.u32());
    return tally;
}

/// The life of a client's process: connect, say so, work on command, stay until killed.
Status be_client(int channel, Service& service, const Load& load, std::size_t number) {
    TRIBUTARY_TRY(const auto session, service.connect(number));
    if (number == 0) TRIBUTARY_CHECK(session->fill(load));
    TRIBUTARY_CHECK(send_frame(channel, {Json{{"ready", true}}.dump(), {}}));
    TRIBUTARY_TRY(const ControlFrame go, receive_frame(channel));
    const Micros start(Json::parse(go.json).value("start_us", std::int64_t{0}));
    TRIBUTARY_TRY(const Tally tally, session->run(load, start));
    TRIBUTARY_CHECK(send_frame(channel, tally_frame(tally)));
    const auto end = receive_frame(channel);  // nothing comes: the parent ends this process
    return end ? Status{} : fail(end.error());
}

Result<ControlFrame> answer_of(ChildProcess& child) {
    TRIBUTARY_TRY(ControlFrame frame, receive_frame(child.channel()));
    TRIBUTARY_CHECK(frame_status(frame));
    return frame;
}

Result<std::vector<ChildProcess>> start_clients(Service& service, const std::vector<Load>& loads) {
    std::vector<ChildProcess> clients;
    for (std::size_t number = 0; number < loads.size(); ++number) {
        TRIBUTARY_TRY(
            ChildProcess client,
            ChildProcess::fork(
                [&](int channel) { return be_client(channel, service, loads[number], number); },
                kPatienceSeconds));
        TRIBUTARY_TRY(const ControlFrame ready, answer_of(client));
        static_cast<void>(ready);
        clients.push_back(std::move(client));
    }
    return clients;
}

void add_up(Tally& sum, const Tally& tally) {
    sum.updates += tally.updates;
    sum.hand_overs += tally.hand_overs;
    sum.aborted += tally.aborted;
    sum.written += tally.written;
    sum.messages += tally.messages;
    sum.leaves += tally.leaves;
    sum.refused_leaves += tally.refused_leaves;
    sum.joins += tally.joins;
    sum.away_us += tally.away_us;
    sum.longest_gap_us = std::max(sum.longest_gap_us, tally.longest_gap_us);
    sum.cpu_seconds += tally.cpu_seconds;
    if (sum.failure.empty()) sum.failure = tally.failure;
    sum.at_risk += tally.at_risk;
    if (sum.cut_off.empty()) sum.cut_off = tally.cut_off;
    sum.latencies_us.insert(sum.latencies_us.end(), tally.latencies_us.begin(),
                            tally.latencies_us.end());
}

/// What the objects say, asked by a process that wrote nothing.
Result<std::uint64_t> contained_updates(Service& service, const Load& load, std::size_t number) {
    const auto ask = [&](int channel) -> Status {
        TRIBUTARY_TRY(const auto session, service.connect(number));
        TRIBUTARY_TRY(const std::uint64_t count, session->count(load));
        return send_frame(channel, {Json{{"count", count}}.dump(), {}});
    };
    TRIBUTARY_TRY(ChildProcess reader, ChildProcess::fork(ask, kPatienceSeconds));
    TRIBUTARY_TRY(const ControlFrame frame, answer_of(reader));
    return Json::parse(frame.json).value("count", std::uint64_t{0});
}

/// Applied is not durable: what a life did that was cut off may be gone, and no more than that.
Error difference(const FleetResult& result) {
    const Tally& sum = result.sum;
    const std::string found = "the objects contain " + std::to_string(result.contained) +
                              " updates, but the clients completed " + std::to_string(sum.written);
    const bool permitted =
        result.contained < sum.written && result.contained + sum.at_risk >= sum.written;
    if (!permitted) return {Errc::corrupt, found + ". Report this as a bug of the measured system"};
    return {Errc::disconnected, found + ": " + std::to_string(sum.at_risk) +
                                    " of them by members that were cut off before they were "
                                    "durable (" +
                                    sum.cut_off + "). Measure on a calmer machine"};
}

}  // namespace

Result<FleetResult> run_fleet(Service& service, const std::vector<Load>& loads,
                              const std::function<Status()>& half_way) {
    const SystemClock clock;
    const Load& load = loads.front();
    TRIBUTARY_TRY(std::vector<ChildProcess> clients, start_clients(service, loads));
    const Micros start = clock.monotonic() + kNotice + load.warm_up;
    for (const ChildProcess& client : clients) {
        TRIBUTARY_CHECK(
            send_frame(client.channel(), {Json{{"start_us", start.count()}}.dump(), {}}));
    }
    if (half_way) {
        std::this_thread::sleep_for(start + load.duration / 2 - clock.monotonic());
        TRIBUTARY_CHECK(half_way());
    }
    FleetResult result;
    result.duration = load.duration;
    for (ChildProcess& client : clients) {
        TRIBUTARY_TRY(const ControlFrame frame, answer_of(client));
        TRIBUTARY_TRY(Tally tally, tally_of(frame));
        add_up(result.sum, tally);
        result.clients.push_back(std::move(tally));
    }
    std::sort(result.sum.latencies_us.begin(), result.sum.latencies_us.end());
    TRIBUTARY_TRY(result.contained, contained_updates(service, load, loads.size()));
    if (result.contained == result.sum.written) return result;
    return fail(difference(result));
}

}  // namespace tributary::app
