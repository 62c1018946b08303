#include "datasets/application/application_watcher.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>

#include "datasets/application/plugin_abi.h"

namespace tributary::datasets {

namespace {

constexpr std::size_t kLargestShown = 65'535;

}  // namespace

class ApplicationWatcher::Parts {
    friend class ApplicationWatcher;
    Parts(Library library, const TributaryApplications* applications, void* self)
        : library_(std::move(library)), applications_(applications), self_(self) {}

    Library library_;
    const TributaryApplications* applications_;
    void* self_;
};

ApplicationWatcher::ApplicationWatcher(Parts parts)
    : library_(std::move(parts.library_)), applications_(parts.applications_), self_(parts.self_) {}

void ApplicationWatcher::Unload::operator()(void* library) const {
    dlclose(library);
}

std::filesystem::path ApplicationWatcher::ndpi_plugin_of(const std::filesystem::path& program) {
    return program.parent_path().parent_path() / "lib" / "tributary" / "ndpi.so";
}

Result<std::unique_ptr<ApplicationWatcher>> ApplicationWatcher::load(
    const std::filesystem::path& plugin) {
    std::error_code ignored;
    if (!std::filesystem::exists(plugin, ignored)) {
        return fail(Errc::not_found, "no plug-in " + plugin.string() +
                                         ": install libndpi-dev (scripts/setup --all) and build "
                                         "again, or leave --ndpi out");
    }
    Library library(dlopen(plugin.c_str(), RTLD_NOW | RTLD_LOCAL));
    if (!library) {
        return fail(Errc::mismatch, std::string("cannot load the plug-in: ") + dlerror() +
                                        ". Install the library that it was built with");
    }
    void* const symbol = dlsym(library.get(), TRIBUTARY_APPLICATIONS_SYMBOL);
    if (symbol == nullptr) {
        return fail(Errc::corrupt, plugin.string() +
                                       " is no plug-in for applications. Name one that was built "
                                       "with this program");
    }
    const TributaryApplications* const applications =
        reinterpret_cast<const TributaryApplications* (*)()>(symbol)();
    if (applications->abi != TRIBUTARY_APPLICATIONS_ABI) {
        return fail(Errc::mismatch, plugin.string() + " was built for another program: version " +
                                        std::to_string(applications->abi) + ", not " +
                                        std::to_string(TRIBUTARY_APPLICATIONS_ABI) +
                                        ". Build it again");
    }
    std::array<char, 256> reason{};
    void* const self = applications->open(reason.data(), reason.size());
    if (self == nullptr) {
        return fail(Errc::mismatch, plugin.string() + " cannot start: " + reason.data());
    }
    return std::make_unique<ApplicationWatcher>(Parts(std::move(library), applications, self));
}

ApplicationWatcher::~ApplicationWatcher() {
    applications_->close(self_);
}

void ApplicationWatcher::look(WatchedFlow& flow, const PacketInfo& packet) {
    if (flow.is_over || packet.fragment != Fragment::whole) return;
    const bool is_new = flow.state == nullptr && flow.looked == 0;
    if (is_new && states_ >= kMostStates) {
        ++unwatched_;
        flow.is_over = true;
        return;
    }
    if (is_new) ++states_;
    ++flow.looked;
    const auto size = static_cast<std::uint16_t>(std::min(packet.network.size(), kLargestShown));
    const std::uint16_t application = applications_->look(self_, &flow.state, packet.network.data(),
                                                          size, packet.time.count() / 1000);
    if (application != 0) return settle(flow, application);
    if (flow.looked >= kMostPackets) end(flow);
}

void ApplicationWatcher::end(WatchedFlow& flow) {
    if (flow.is_over) return;
    if (flow.looked == 0) {
        flow.is_over = true;
        return;
    }
    settle(flow, applications_->give_up(self_, &flow.state));
}

void ApplicationWatcher::settle(WatchedFlow& flow, std::uint16_t application) {
    flow.application = application;
    flow.is_over = true;
    --states_;
}

std::string ApplicationWatcher::description() const {
    return applications_->description(self_);
}

std::string ApplicationWatcher::name_of(std::uint16_t application) const {
    const char* const name = applications_->name_of(self_, application);
    return name == nullptr ? std::string() : std::string(name);
}

}  // namespace tributary::datasets
