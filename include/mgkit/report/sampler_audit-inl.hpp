// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/report/sampler_audit.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "mgkit/clip/no_cut.hpp"
#include "mgkit/clip/no_overlap.hpp"
#include "mgkit/clip/visible.hpp"

namespace MGKIT_NAMESPACE::report {

namespace detail {

/// Shares of counts by cell, gathered into bins; a cell belongs to the bin of its middle, what lies
/// beyond the last edge to the last bin.
template <class Weights>
std::vector<double> shares_by_bin(const clip::duration_prior& prior,
                                  const std::vector<double>& edges, const Weights& weights) {
    std::vector<double> out(edges.size() - 1, 0.0);
    double total = 0;
    for (std::size_t k = 0; k < prior.cells(); ++k) {
        const double middle = (prior.low(k) + prior.high(k)) / 2;
        const auto above = std::upper_bound(edges.begin(), edges.end(), middle);
        const auto bin = std::clamp<std::ptrdiff_t>(above - edges.begin() - 1, 0,
                                                    static_cast<std::ptrdiff_t>(out.size()) - 1);
        const auto weight = static_cast<double>(weights(k));
        out[static_cast<std::size_t>(bin)] += weight;
        total += weight;
    }
    if (total > 0)
        for (double& share : out) share /= total;
    return out;
}

/// Twenty-four bins up to the duration that 99 % stay below, the longer ones in the last.
MGKIT_COLD_INLINE std::vector<double> duration_edges(const clip::duration_prior& prior) {
    constexpr int bins = 24;
    const auto cumulative = prior.cumulative();
    const auto cell = static_cast<std::size_t>(
        std::lower_bound(cumulative.begin(), cumulative.end(), 0.99) - cumulative.begin());
    const double last = prior.high(std::min(cell, prior.cells() - 1));
    std::vector<double> out;
    for (int b = 0; b <= bins; ++b) out.push_back(last * b / bins);
    return out;
}

/// One tenth's refusals by the names of their causes; those without a member of their own stand in
/// `others`, in the order in which the sampler asks.
MGKIT_COLD_INLINE audit_counts refusals(const clip::decile_count& d,
                                        const std::vector<std::string>& causes) {
    audit_counts out;
    out.proposed = static_cast<std::int64_t>(d.candidates);
    out.accepted = static_cast<std::int64_t>(d.accepted);
    for (std::size_t c = 0; c < causes.size(); ++c) {
        const auto refused = static_cast<std::int64_t>(d.rejected[c]);
        const std::string& name = causes[c];
        if (name == "too_long")
            out.too_long = refused;
        else if (name == clip::visible<>::name)
            out.not_visible = refused;
        else if (name == clip::no_overlap::name)
            out.overlap = refused;
        else if (name == clip::no_cut::name)
            out.person_change = refused;
        else
            out.others.push_back({name, refused});
    }
    return out;
}

/// Adds counts of one sampler, whose causes stand in the same order.
MGKIT_COLD_INLINE void add_to(audit_counts& to, const audit_counts& part) {
    to.proposed += part.proposed;
    to.accepted += part.accepted;
    to.too_long += part.too_long;
    to.not_visible += part.not_visible;
    to.overlap += part.overlap;
    to.person_change += part.person_change;
    if (to.others.empty()) {
        to.others = part.others;
    } else {
        for (std::size_t c = 0; c < part.others.size(); ++c)
            to.others[c].refused += part.others[c].refused;
    }
}

}  // namespace detail

MGKIT_COLD_INLINE audit audit_of(const clip::duration_prior& prior,
                                 const clip::sample_audit& counts) {
    audit out;
    out.recordings = static_cast<std::int64_t>(counts.recordings);
    for (std::size_t d = 0; d < counts.deciles.size(); ++d) {
        audit_decile decile{0, 0, detail::refusals(counts.deciles[d], counts.causes)};
        bool any = false;
        for (std::size_t k = 0; k < prior.cells(); ++k)
            if (prior.decile(k) == static_cast<int>(d)) {
                if (!any) decile.from = prior.low(k);
                decile.to = prior.high(k);
                any = true;
            }
        detail::add_to(out.counts, decile.counts);
        if (any) out.deciles.push_back(decile);
    }
    const auto drawn = counts.proposed_fit(prior), kept = counts.accepted_fit(prior);
    out.proposed_fit = audit_fit{drawn.statistic, drawn.p};
    out.accepted_fit = audit_fit{kept.statistic, kept.p};
    out.durations.edges = detail::duration_edges(prior);
    const auto cumulative = prior.cumulative();
    const auto& edges = out.durations.edges;
    out.durations.prior = detail::shares_by_bin(prior, edges, [&](std::size_t k) {
        return cumulative[k] - (k == 0 ? 0 : cumulative[k - 1]);
    });
    out.durations.proposed =
        detail::shares_by_bin(prior, edges, [&](std::size_t k) { return counts.proposed[k]; });
    out.durations.accepted =
        detail::shares_by_bin(prior, edges, [&](std::size_t k) { return counts.accepted[k]; });
    return out;
}

MGKIT_COLD_INLINE std::vector<audit_overlap> overlaps_of(const metric::iod_report& iod,
                                                         const std::string& truth) {
    const auto one = [&](const char* measure, const metric::iod_measure& m) {
        audit_overlap out;
        out.truth = truth;
        out.measure = measure;
        out.value = m.value;
        out.people = iod.groups;
        if (iod.groups > 1) {
            out.low = m.low;
            out.high = m.high;
        }
        out.shifts = m.shifted.runs;
        if (m.shifted.runs > 0) {
            out.chance = m.shifted.mean;
            out.chance_low = m.shifted.low;
            out.chance_high = m.shifted.high;
        }
        out.own_draws = m.redrawn.runs;
        if (m.redrawn.runs > 0) {
            out.own_chance = m.redrawn.mean;
            out.own_chance_low = m.redrawn.low;
            out.own_chance_high = m.redrawn.high;
            out.own_p = m.redrawn.p;
        }
        return out;
    };
    return {one("mean", iod.mean), one("time_weighted", iod.time_weighted),
            one("thresholded", iod.thresholded)};
}

}  // namespace MGKIT_NAMESPACE::report
