#pragma once
// Address -> numbers filed under every prefix that contains it. One hash table per prefix length in
// use, so that a lookup costs one probe per length (a rule file has a handful), not one per prefix.
// Invariant: the numbers of one prefix are ascending when they were added so. Immutable while
// looked up; then any thread.

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "datasets/label/cidr.hpp"

namespace tributary::datasets {

class PrefixIndex {
 public:
    void add(const Cidr& prefix, std::uint32_t number);

    /// Calls `visit` with the numbers of each prefix that contains the address.
    template <typename Visit>
    void visit_matches(const Address& address, Visit visit) const {
        for (const auto& [length, table] : address.is_v6 ? v6_ : v4_) {
            const auto found = table.find(masked(address, length));
            if (found != table.end()) visit(found->second);
        }
    }

 private:
    struct AddressHash {
        std::size_t operator()(const Address& address) const;
    };
    using Table = std::unordered_map<Address, std::vector<std::uint32_t>, AddressHash>;

    std::vector<std::pair<unsigned, Table>> v4_;
    std::vector<std::pair<unsigned, Table>> v6_;
};

}  // namespace tributary::datasets
