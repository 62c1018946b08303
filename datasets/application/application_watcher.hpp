#pragma once
// Recognizes applications by the first packets of flows, with a plug-in that is loaded on request.
// Payload goes to the plug-in and nowhere else; what stays is the number of an application.
// Invariants: at most `kMostStates` flows are under watch at once, others stay unknown and are
// counted; a plug-in of another version is refused. One thread.
// Source: docs/features.md, "Labels".

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "datasets/application/packet_watcher.hpp"

struct TributaryApplications;

namespace tributary::datasets {

class ApplicationWatcher final : public PacketWatcher {
 public:
    static constexpr std::uint32_t kMostStates = 65'536;

    /// @param plugin  the shared object
    /// @error not_found, mismatch (made for another version), corrupt (not a plug-in)
    static Result<std::unique_ptr<ApplicationWatcher>> load(const std::filesystem::path& plugin);
    /// Where the plug-in for nDPI lies beside a program.
    static std::filesystem::path ndpi_plugin_of(const std::filesystem::path& program);

    ~ApplicationWatcher() override;
    /// For `load` only.
    class Parts;
    explicit ApplicationWatcher(Parts parts);

    void look(WatchedFlow& flow, const PacketInfo& packet) override;
    void end(WatchedFlow& flow) override;

    /// For example "nDPI 4.2.0".
    [[nodiscard]] std::string description() const;
    /// As the library names it; empty beyond the last number.
    [[nodiscard]] std::string name_of(std::uint16_t application) const;
    [[nodiscard]] std::uint64_t unwatched() const { return unwatched_; }

 private:
    /// The shared object stays loaded as long as it lives.
    struct Unload {
        void operator()(void* library) const;
    };
    using Library = std::unique_ptr<void, Unload>;

    void settle(WatchedFlow& flow, std::uint16_t application);

    Library library_;
    const TributaryApplications* applications_;
    void* self_;
    std::uint32_t states_ = 0;
    std::uint64_t unwatched_ = 0;
};

}  // namespace tributary::datasets
