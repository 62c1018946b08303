#include "datasets/label/prefix_index.hpp"

#include <algorithm>
#include <string_view>

namespace tributary::datasets {

void PrefixIndex::add(const Cidr& prefix, std::uint32_t number) {
    auto& tables = prefix.address.is_v6 ? v6_ : v4_;
    auto place = std::find_if(tables.begin(), tables.end(),
                              [&](const auto& entry) { return entry.first == prefix.length; });
    if (place == tables.end()) place = tables.emplace(tables.end(), prefix.length, Table{});
    place->second[prefix.address].push_back(number);
}

std::size_t PrefixIndex::AddressHash::operator()(const Address& address) const {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()});
}

}  // namespace tributary::datasets
