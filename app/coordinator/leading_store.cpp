#include "app/coordinator/leading_store.hpp"

#include <chrono>
#include <thread>

#include "base/log.hpp"
#include "netlayer/store/open_store.hpp"

namespace tributary::app {

namespace {

constexpr std::chrono::milliseconds kBetweenTries{100};
/// A leader that was killed holds its place until the database notices, which takes moments.
constexpr int kTriesToLead = 30;

bool may_try_again(const LeadingStoreOptions& options, int tries) {
    if (options.standby) return !options.give_up();
    return tries < kTriesToLead;
}

/// Whether a standby goes on in spite of this: the database may fail over, too.
bool passes(const Error& error) {
    return error.code == Errc::unreachable || error.code == Errc::io;
}

/// Without what an address may hold: a password.
std::string name_of(const std::string& where) {
    const bool is_address = where.find("://") != std::string::npos;
    return is_address ? "the database of this store" : "the store " + where;
}

}  // namespace

Result<std::unique_ptr<netlayer::Store>> open_leading_store(const LeadingStoreOptions& options) {
    std::unique_ptr<netlayer::Store> store;
    for (int tries = 0; tries == 0 || may_try_again(options, tries); ++tries) {
        if (tries > 0) std::this_thread::sleep_for(kBetweenTries);
        if (!store) {
            auto opened = netlayer::open_store(options.where, options.retention);
            if (!opened && !(options.standby && passes(opened.error()))) return opened;
            if (!opened) continue;
            store = std::move(*opened);
        }
        const auto leads = store->try_to_lead();
        if (!leads && !(options.standby && passes(leads.error()))) return fail(leads.error());
        if (leads && *leads) return store;
        if (!leads) store.reset();
        if (tries == 0) log::info("coordinator", "another coordinator leads; waiting");
    }
    if (options.standby) {
        return fail(Errc::conflict, "ended before there was anything to take over");
    }
    return fail(Errc::conflict, "another coordinator leads on " + name_of(options.where) +
                                    ". Stop it, or start this one with --standby");
}

}  // namespace tributary::app
