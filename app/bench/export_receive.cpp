#include "app/bench/export_receive.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "app/bench/export_datagrams.hpp"
#include "app/bench/measured_process.hpp"
#include "app/cli/signals.hpp"
#include "datasets/export/udp_listener.hpp"

namespace tributary::app {

namespace {

using Path = std::filesystem::path;

using SteadyClock = std::chrono::steady_clock;

constexpr std::uint16_t kCollectorPort = 20'557;
constexpr std::size_t kSendBurst = 64;
constexpr int kMostProbes = 300;
constexpr auto kProbePause = std::chrono::milliseconds(10);
constexpr auto kReceiveSettle = std::chrono::milliseconds(700);

/// The datagrams of one burst, each in memory of its own.
class Burst {
 public:
    explicit Burst(std::uint16_t version)
        : datagrams_(kSendBurst, make_export_datagram(version, false)),
          sequence_(version == 9 ? 1 : 0) {
        for (std::size_t i = 0; i < kSendBurst; ++i) {
            parts_[i] = {datagrams_[i].bytes.data(), datagrams_[i].bytes.size()};
            messages_[i].msg_hdr.msg_iov = &parts_[i];
            messages_[i].msg_hdr.msg_iovlen = 1;
        }
    }
    /// @param first  number of its first datagram
    void prepare(std::uint64_t first) {
        for (std::size_t i = 0; i < kSendBurst; ++i) {
            datagrams_[i].set_sequence(sequence_);
            datagrams_[i].set_ends(static_cast<std::uint32_t>(first + i));
            sequence_ += datagrams_[i].step;
        }
    }
    void send(int socket, std::size_t count) {
        std::size_t sent = 0;
        while (sent < count) {
            const int more =
                ::sendmmsg(socket, messages_.data() + sent, static_cast<unsigned>(count - sent), 0);
            // One that is refused is lost: the collector's count will show it.
            sent += more > 0 ? static_cast<std::size_t>(more) : 1;
        }
    }

 private:
    std::vector<ExportDatagram> datagrams_;
    std::uint32_t sequence_;
    std::array<iovec, kSendBurst> parts_{};
    std::array<mmsghdr, kSendBurst> messages_{};
};

struct ExportLoad {
    std::uint16_t version = 5;
    std::uint64_t datagrams = 0;
    double per_second = 0;
};

/// A UDP socket to the collector on loopback.
class ExportSender {
 public:
    ExportSender() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(kCollectorPort);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        is_open_ = socket_ >= 0 &&
                   ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    }
    ExportSender(const ExportSender&) = delete;
    ExportSender& operator=(const ExportSender&) = delete;
    ~ExportSender() {
        if (socket_ >= 0) ::close(socket_);
    }

    /// Waits until somebody listens: before that, what was sent is refused a moment later.
    [[nodiscard]] bool wait_for_listener() const {
        const std::array<std::uint8_t, 1> probe{};
        for (int i = 0; i < kMostProbes; ++i) {
            send_one(probe);
            std::this_thread::sleep_for(kProbePause);
            if (send_one(probe)) return true;
        }
        return false;
    }
    /// Sends in small bursts; as fast as it can when it falls behind. Then the collector gets time
    /// to take what waits.
    void send(const ExportLoad& load) const {
        if (load.version != 5) send_one(make_export_datagram(load.version, true).bytes);
        Burst burst(load.version);
        const SteadyClock::time_point begin = SteadyClock::now();
        for (std::uint64_t sent = 0; sent < load.datagrams; sent += kSendBurst) {
            burst.prepare(sent);
            const std::chrono::duration<double> due(static_cast<double>(sent) / load.per_second);
            std::this_thread::sleep_until(begin +
                                          std::chrono::duration_cast<SteadyClock::duration>(due));
            burst.send(socket_, std::min<std::uint64_t>(kSendBurst, load.datagrams - sent));
        }
        std::this_thread::sleep_for(kReceiveSettle);
    }

 private:
    bool send_one(ByteView bytes) const {
        return is_open_ && ::send(socket_, bytes.data(), bytes.size(), 0) >= 0;
    }

    int socket_;
    bool is_open_ = false;
};

/// The number behind the words in a text file; 0 when they are not there.
std::uint64_t number_behind(const Path& file, const std::string& words) {
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    const std::string all = text.str();
    const std::size_t at = all.find(words);
    return at == std::string::npos ? 0
                                   : std::strtoull(all.c_str() + at + words.size(), nullptr, 10);
}

struct ExportCollector {
    std::string name;
    std::string needs;  ///< program in PATH; empty: ours
    std::string run;    ///< for the shell, which it replaces; empty: the bare loop
    std::string count;  ///< for the shell, run afterwards: writes COUNTS; empty: it did so itself
    std::string words;  ///< in COUNTS before the number of records that were stored
};

constexpr const char* kCounts = "counts.txt";
constexpr const char* kRecordsKey = "\"records\":";

std::vector<ExportCollector> export_collectors(const IngestBenchOptions& options) {
    const std::string folder = "\"" + options.folder.string() + "\"";
    const std::string port = std::to_string(kCollectorPort);
    return {
        {"tributary-listen", "",
         "exec \"" + options.program.string() + "\" flows --listen udp:127.0.0.1:" + port +
             " --format batch --schema flow/1 >" + folder + "/flows.batch 2>" + folder + "/" +
             kCounts,
         "", kRecordsKey},
        {"nfcapd", "nfcapd",
         "rm -f " + folder + "/nfcapd.*; exec nfcapd -p " + port + " -b 127.0.0.1 -l " + folder +
             " -t 3600",
         "nfdump -I -r " + folder + "/nfcapd.2* >" + folder + "/" + kCounts, "Flows: "},
    };
}

/// What the system gives to whoever only takes datagrams: counts them and looks at none.
bool count_datagrams(const Path& counts) {
    block_signals();
    auto listener = datasets::UdpListener::open({"127.0.0.1", kCollectorPort});
    if (!listener) return false;
    std::uint64_t datagrams = 0;
    const auto take = [&datagrams](const datasets::Sender&, ByteView datagram) {
        if (datagram.size() > 256) ++datagrams;  // neither a probe nor a template
    };
    while (!signal_came()) {
        if (!listener->receive(Micros(100'000), take)) return false;
    }
    std::ofstream(counts) << kRecordsKey << datagrams * ExportDatagram::kRecords;
    return true;
}

Result<pid_t> start_collector(const IngestBenchOptions& options, const ExportCollector& collector) {
    if (!collector.run.empty()) return start_measured({"sh", "-c", collector.run});
    return start_measured(collector.name,
                          [&options] { return count_datagrams(options.folder / kCounts); });
}

Result<ProcessCost> serve_load(const IngestBenchOptions& options, const ExportCollector& collector,
                               const ExportLoad& load) {
    TRIBUTARY_TRY(const pid_t child, start_collector(options, collector));
    const ExportSender sender;
    const bool listens = sender.wait_for_listener();
    if (listens) sender.send(load);
    auto cost = stop_measured(child, collector.name);
    if (cost && !listens) {
        return fail(Errc::timeout, collector.name + " did not listen. Run it by hand to see why");
    }
    return cost;
}

void measure_collector(const IngestBenchOptions& options, const ExportCollector& collector,
                       const std::string& input, const ExportLoad& load,
                       IngestBenchResult& result) {
    options.progress(input + ": " + collector.name);
    const auto cost = serve_load(options, collector, load);
    if (!cost) {
        result.missing.push_back(input + ": " + cost.error().message);
        return;
    }
    if (!collector.count.empty() && !run_measured({"sh", "-c", collector.count})) {
        result.missing.push_back(input + ": " + collector.name +
                                 " stored nothing that can be counted");
        return;
    }
    const std::uint64_t sent = load.datagrams * ExportDatagram::kRecords;
    const std::uint64_t stored = number_behind(options.folder / kCounts, collector.words);
    result.rows.push_back({input, collector.name,
                           static_cast<double>(stored) / 1e6 / cost->cpu_seconds, cost->cpu_seconds,
                           cost->peak_bytes, 0});
    if (stored == sent) return;
    result.missing.push_back(fmt::format("{}: {} lost {} of {} records", input, collector.name,
                                         sent - std::min(sent, stored), sent));
}

}  // namespace

void run_receive_bench(const IngestBenchOptions& options, IngestBenchResult& result) {
    constexpr ExportLoad kSteady[] = {{5, 100'000, 50'000}, {9, 100'000, 50'000}};
    constexpr ExportLoad kHighest[] = {{5, 480'000, 240'000}, {9, 200'000, 100'000}};
    for (const ExportCollector& collector : export_collectors(options)) {
        if (!collector.needs.empty() && !is_installed(collector.needs)) {
            result.missing.push_back(collector.needs + " is not installed: scripts/setup --all");
            continue;
        }
        for (const ExportLoad& load : kSteady) {
            const std::string input = "listen-v" + std::to_string(load.version);
            measure_collector(options, collector, input, load, result);
        }
    }
    for (const ExportLoad& load : kHighest) {
        const std::string input = fmt::format("listen-v{}-{:.0f}", load.version, load.per_second);
        measure_collector(options, export_collectors(options).front(), input, load, result);
        measure_collector(options, {"receive-loop", "", "", "", kRecordsKey}, input, load, result);
    }
}

}  // namespace tributary::app
