#pragma once
// Who was revoked in a simulation, and who knows of it: what a driver's judge of cards decides,
// without signatures and without dates. Revocation n voids the members of all revocations up to n.
// One thread. protocol section 6.

#include <cstdint>
#include <map>

#include "netlayer/identity.hpp"
#include "netlayer/message.hpp"

namespace tributary::netlayer::simulation {

class Revocations {
 public:
    /// @return  the number of the new revocation
    std::uint64_t revoke(ProcessId member);
    /// @return  whether it was newer than what the process knew
    bool learn(ProcessId process, std::uint64_t number);
    /// A new program knows nothing yet.
    void forget(ProcessId process) { known_.erase(process); }

    /// Of the newest revocation; 0 before the first.
    [[nodiscard]] std::uint64_t newest() const { return revoked_.size(); }
    /// Whether the process knows that the member was revoked.
    [[nodiscard]] bool knows(ProcessId process, ProcessId member) const;
    /// Whether the message speaks of a member who was revoked, as far as the process knows.
    [[nodiscard]] bool refuses(ProcessId process, const Message& message) const;
    [[nodiscard]] bool is_revoked(ProcessId member) const { return revoked_.contains(member); }

 private:
    std::map<ProcessId, std::uint64_t> revoked_;  ///< the revocation that names the member first
    std::map<ProcessId, std::uint64_t> known_;    ///< the newest that a process has heard of
};

}  // namespace tributary::netlayer::simulation
