#include "datasets/packet/live_capture.hpp"

#include <pcap/pcap.h>
#include <poll.h>

namespace tributary::datasets {

namespace {

/// One block of the ring at most is shown at once.
constexpr int kMostAtOnce = 65'536;

Error open_failed(const LiveOptions& options, int outcome, pcap_t* handle) {
    const bool denied =
        outcome == PCAP_ERROR_PERM_DENIED || outcome == PCAP_ERROR_PROMISC_PERM_DENIED;
    const bool absent = outcome == PCAP_ERROR_NO_SUCH_DEVICE;
    const std::string start = "cannot capture on " + options.interface + ": ";
    if (denied) {
        return {Errc::permission,
                start + "permission denied. Run as root, or give the program CAP_NET_RAW"};
    }
    if (absent) return {Errc::not_found, start + "no such interface. `ip link` lists them"};
    const std::string cause = handle != nullptr ? pcap_geterr(handle) : "";
    return {Errc::io, start + (cause.empty() ? pcap_statustostr(outcome) : cause) +
                          ". Check that the interface is up"};
}

Status set_filter(pcap_t* handle, const LiveOptions& options) {
    if (options.filter.empty()) return {};
    bpf_program program{};
    const bool compiled =
        pcap_compile(handle, &program, options.filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0;
    const bool set = compiled && pcap_setfilter(handle, &program) == 0;
    if (compiled) pcap_freecode(&program);
    if (set) return {};
    return fail(Errc::invalid_argument, "filter \"" + options.filter + "\": " +
                                            pcap_geterr(handle) + ". Write it as for tcpdump");
}

}  // namespace

void LiveCapture::Closer::operator()(pcap* handle) const {
    pcap_close(handle);
}

LiveCapture::LiveCapture(Handle handle, std::string interface)
    : handle_(std::move(handle)),
      interface_(std::move(interface)),
      link_type_(pcap_datalink(handle_.get())) {}

Result<LiveCapture> LiveCapture::open(const LiveOptions& options) {
    char cause[PCAP_ERRBUF_SIZE] = "";
    Handle handle(pcap_create(options.interface.c_str(), cause));
    if (handle == nullptr) return fail(Errc::io, "cannot capture: " + std::string(cause));
    pcap_t* const raw = handle.get();
    pcap_set_snaplen(raw, static_cast<int>(options.snapshot_bytes));
    pcap_set_promisc(raw, options.promiscuous ? 1 : 0);
    pcap_set_timeout(raw, kWaitMs);
    pcap_set_buffer_size(raw, static_cast<int>(options.ring_bytes));
    const int outcome = pcap_activate(raw);  // positive: a warning
    if (outcome < 0) return fail(open_failed(options, outcome, raw));
    TRIBUTARY_CHECK(set_filter(raw, options));
    // libpcap would wait without end while nothing arrives; `visit` waits itself.
    if (pcap_setnonblock(raw, 1, cause) != 0) {
        return fail(Errc::io, "cannot capture on " + options.interface + ": " + cause);
    }
    return LiveCapture(std::move(handle), options.interface);
}

Result<std::size_t> LiveCapture::visit(PacketVisitor& visitor) {
    struct Visit {
        PacketVisitor& visitor;
        std::size_t count = 0;
    } state{visitor};
    const auto show = [](u_char* user, const pcap_pkthdr* header, const u_char* bytes) {
        auto& visit = *reinterpret_cast<Visit*>(user);
        RawPacket packet;
        packet.time = Micros(std::int64_t{header->ts.tv_sec} * 1'000'000 + header->ts.tv_usec);
        packet.bytes = ByteView(bytes, header->caplen);
        packet.wire_bytes = header->len;
        visit.visitor.take(packet);
        ++visit.count;
    };
    const auto dispatch = [&] {
        return pcap_dispatch(handle_.get(), kMostAtOnce, show, reinterpret_cast<u_char*>(&state));
    };
    int outcome = dispatch();
    if (outcome == 0) {
        pollfd ring{pcap_get_selectable_fd(handle_.get()), POLLIN, 0};
        if (poll(&ring, 1, kWaitMs) > 0) outcome = dispatch();
    }
    if (outcome < 0 && outcome != PCAP_ERROR_BREAK) {
        return fail(Errc::io, "capture on " + interface_ + " ended: " + pcap_geterr(handle_.get()) +
                                  ". Start again when the interface is back");
    }
    return state.count;
}

std::uint64_t LiveCapture::drops() const {
    pcap_stat counts{};
    if (pcap_stats(handle_.get(), &counts) != 0) return 0;
    return std::uint64_t{counts.ps_drop} + counts.ps_ifdrop;
}

}  // namespace tributary::datasets
