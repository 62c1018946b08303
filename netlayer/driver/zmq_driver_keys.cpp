// Keys of members in the search tree, on the reactor's thread.
#include <utility>

#include "base/log.hpp"
#include "netlayer/driver/zmq_driver.hpp"

namespace tributary::netlayer {

namespace {

constexpr const char* kKeysFile = "keys.csv";

Error no_keys() {
    return {Errc::invalid_argument,
            "there are no keys to give: the tree is not a search tree. Start it with: tributary "
            "coordinator --tree search"};
}

}  // namespace

Status ZmqDriver::open_keys() {
    if (!is_server() || !options_.process.search_tree) return {};
    TRIBUTARY_TRY(keys_, KeyOffice::open(options_.state / kKeysFile, options_.key_rule));
    return {};
}

MemberKeys ZmqDriver::member_keys(ProcessId member, const std::string& organization) {
    if (!keys_) return {};
    const auto keys = keys_->keys_for(member, organization);
    if (keys) return *keys;
    log::warning("driver", "a member gets a key that says nothing about it",
                 {{"member", organization}, {"cause", keys.error().message}});
    return {};
}

/// Whatever key a member asks for: its card says where it may stand.
void ZmqDriver::assign_key(JoinRequest& request) {
    const auto proven = keys_ ? transport_->proven(request.joiner) : std::nullopt;
    if (!proven) return;
    request.joiner.key = proven->keys.key;
    if (const Status noted = keys_->joined(proven->id, proven->keys.key); !noted) {
        log::warning("driver", "the place of a member is not noted",
                     {{"member", request.joiner.name}, {"cause", noted.error().message}});
    }
}

Result<KeyTable> ZmqDriver::keys(bool bisect) {
    if (const auto error = dead()) return fail(*error);
    if (!keys_) return fail(no_keys());
    KeyTable table;
    if (bisect) {
        TRIBUTARY_TRY(table.changed, keys_->bisect(process_->overlay()));
    }
    table.rows = keys_->rows();
    return table;
}

}  // namespace tributary::netlayer
