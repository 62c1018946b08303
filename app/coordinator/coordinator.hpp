#pragma once
// The root of the tree: keeps every object durable, admits members, answers on its control socket,
// and judges what members teach (keeper.hpp). It never sees traffic but what an operator donates.
// Thread: `start` and the destructor from one thread.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "app/coordinator/donated_records.hpp"
#include "app/coordinator/invitation.hpp"
#include "app/coordinator/leading_store.hpp"
#include "base/result.hpp"
#include "netlayer/identity/key_office.hpp"
#include "netlayer/options.hpp"

namespace tributary::app {

struct CoordinatorOptions {
    std::filesystem::path state;
    std::string listen = "tcp://127.0.0.1:*";
    std::string advertise;     ///< what members dial; empty: the bound endpoint
    std::size_t degree = 2;    ///< children per process of the k-ary tree
    bool search_tree = false;  ///< instead of it, a binary search tree that may rotate
    /// Empty: the one that was chosen at run time, over all earlier runs, or regret.
    std::optional<netlayer::RotationPolicy> policy;
    netlayer::KeyRule key_rule = netlayer::KeyRule::organization;  ///< of the search tree
    LeadingStoreOptions store{};  ///< where: empty is a file in the state folder
};

/// Gives a coordinator labelled records to judge by; takes effect while it runs.
/// @error of `donate`
Result<Donation> donate_to_coordinator(const std::filesystem::path& state,
                                       const datasets::LabelledRecords& records);

class Coordinator {
 public:
    /// As a standby it returns when it leads.
    /// @error conflict (another coordinator runs on the folder, or leads), corrupt, io, permission
    static Result<std::unique_ptr<Coordinator>> start(CoordinatorOptions options);
    struct Parts;
    /// `start` is the usual way.
    explicit Coordinator(std::unique_ptr<Parts> parts);
    ~Coordinator();
    Coordinator(const Coordinator&) = delete;
    Coordinator& operator=(const Coordinator&) = delete;

    /// What members need to find it; also in `<state>/invitation.json`.
    [[nodiscard]] const Invitation& invitation() const;
    /// Why the store failed, after which nothing is served until a restart; empty: it works.
    [[nodiscard]] std::string failure() const;

 private:
    std::unique_ptr<Parts> parts_;
};

}  // namespace tributary::app
