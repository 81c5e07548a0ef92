// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <charconv>
#include <utility>

#include "mgkit/encode/reference_names.hpp"

namespace MGKIT_NAMESPACE::encode {

namespace detail {

struct name_pair {
    std::string_view ours, theirs;
};

/// "st_gcn_networks.3.tcn.2.weight" behind "st_gcn_networks." as block 3 and "tcn.2.weight".
MGKIT_COLD_INLINE std::pair<int, std::string_view> block_and_rest(std::string_view name) {
    int block = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), block);
    if (problem != std::errc()) return {-1, name};
    name.remove_prefix(static_cast<std::size_t>(end - name.data()));
    if (name.starts_with('.')) name.remove_prefix(1);
    return {block, name};
}

template <std::size_t N>
std::string renamed(int block, std::string_view rest, const std::array<name_pair, N>& pairs) {
    std::string out = "gcn." + std::to_string(block) + ".";
    for (const name_pair& p : pairs)
        if (rest.starts_with(p.ours))
            return out.append(p.theirs).append(rest.substr(p.ours.size()));
    return out.append(rest);
}

}  // namespace detail

MGKIT_COLD_INLINE std::string pyskl_name(std::string_view encoder, const std::string& ours) {
    using detail::name_pair;
    const std::string_view name(ours);
    if (encoder == "st_gcn") {
        constexpr std::string_view blocks = "st_gcn_networks.", weights = "edge_importance.";
        constexpr std::array<name_pair, 5> pairs{{{"tcn.0.", "gcn.bn."},
                                                  {"tcn.2.", "tcn.conv."},
                                                  {"tcn.3.", "tcn.bn."},
                                                  {"residual.0.", "residual.conv."},
                                                  {"residual.1.", "residual.bn."}}};
        if (name.starts_with(weights))
            return "gcn." + std::string(name.substr(weights.size())) + ".gcn.PA";
        if (!name.starts_with(blocks)) return ours;
        const auto [block, rest] = detail::block_and_rest(name.substr(blocks.size()));
        return detail::renamed(block, rest, pairs);
    }
    if (encoder == "aagcn") {
        constexpr std::array<name_pair, 3> pairs{
            {{"gcn1.PA", "gcn.A"}, {"gcn1.", "gcn."}, {"tcn1.", "tcn."}}};
        if (!name.starts_with('l')) return ours;
        const auto [block, rest] = detail::block_and_rest(name.substr(1));
        return block < 1 ? ours : detail::renamed(block - 1, rest, pairs);
    }
    return ours;
}

}  // namespace MGKIT_NAMESPACE::encode
