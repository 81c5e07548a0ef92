// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/clip/sample_audit.hpp"

#include <algorithm>
#include <utility>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::clip {

MGKIT_INLINE std::uint64_t sample_audit::candidates() const {
    return total([](const auto& d) { return d.candidates; });
}

MGKIT_INLINE std::uint64_t sample_audit::clips() const {
    return total([](const auto& d) { return d.accepted; });
}

MGKIT_INLINE std::uint64_t sample_audit::rejected(std::string_view cause) const {
    if (causes.empty()) return 0;
    const auto found = std::find(causes.begin(), causes.end(), cause);
    if (found == causes.end())
        throw error("sample_audit", "one of the causes " + listed(causes), std::string(cause));
    const auto at = static_cast<std::size_t>(found - causes.begin());
    return total([at](const auto& d) { return d.rejected[at]; });
}

MGKIT_INLINE void sample_audit::count_under(const duration_prior& prior,
                                            std::span<const std::string_view> names) {
    same_cells(prior.cells());
    if (causes.empty())
        name_causes({names.begin(), names.end()});
    else
        same_causes({names.begin(), names.end()});
}

MGKIT_INLINE void sample_audit::add(const sample_audit& other) {
    same_cells(other.proposed.size());
    if (causes.empty()) name_causes(other.causes);
    if (!other.causes.empty()) same_causes(other.causes);
    for (std::size_t k = 0; k < proposed.size(); ++k) {
        proposed[k] += other.proposed[k];
        accepted[k] += other.accepted[k];
    }
    for (std::size_t d = 0; d < deciles.size(); ++d) {
        deciles[d].candidates += other.deciles[d].candidates;
        deciles[d].accepted += other.deciles[d].accepted;
        for (std::size_t c = 0; c < other.causes.size(); ++c)
            deciles[d].rejected[c] += other.deciles[d].rejected[c];
    }
    recordings += other.recordings;
    quota_met += other.quota_met;
    frames += other.frames;
    seen_frames += other.seen_frames;
}

MGKIT_INLINE void sample_audit::same_cells(std::size_t cells) const {
    if (proposed.size() != cells)
        throw error("sample_audit", "counts under the same prior", "another number of cells");
}

MGKIT_INLINE void sample_audit::same_causes(const std::vector<std::string>& names) const {
    if (causes != names)
        throw error("sample_audit", "counts under the causes " + listed(causes), listed(names),
                    "keep one audit for each sampler");
}

MGKIT_INLINE void sample_audit::name_causes(std::vector<std::string> names) {
    for (auto& d : deciles) d.rejected.resize(names.size());
    causes = std::move(names);
}

MGKIT_INLINE std::string sample_audit::listed(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
}

}  // namespace MGKIT_NAMESPACE::clip
