// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "mgkit/encode/gcn_nas.hpp"
#include "mgkit/nn/facts.hpp"

namespace MGKIT_NAMESPACE::encode {

namespace detail {

/// The piece of a list before the next `mark`, which is taken from the list.
MGKIT_COLD_INLINE std::string_view next_piece(std::string_view& list, char mark) {
    const std::string_view one = list.substr(0, list.find(mark));
    list.remove_prefix(std::min(one.size() + 1, list.size()));
    return one;
}

MGKIT_COLD_INLINE edge_sum edge_sum_of(std::string_view sum, const std::string& where) {
    const auto refuse = [&](std::string_view term, const char* words) {
        std::string known;
        for (const char* name : edge_sum::names) known += (known.empty() ? "" : ", ") + text(name);
        throw error(where, text("edges among ", known, ", joined by +, with a factor as .5*S"),
                    text("\"", term, "\": ", words));
    };
    edge_sum out;
    do {
        const std::string_view term = next_piece(sum, '+');
        const std::size_t star = term.find('*');
        double factor = 1;
        if (star != std::string_view::npos) {
            const auto [end, problem] = std::from_chars(term.data(), term.data() + star, factor);
            if (problem != std::errc() || end != term.data() + star || !std::isfinite(factor))
                refuse(term, "no number before *");
        }
        const std::string_view name = star == std::string_view::npos ? term : term.substr(star + 1);
        const auto found = std::find(edge_sum::names.begin(), edge_sum::names.end(), name);
        if (found == edge_sum::names.end()) refuse(term, "none of them");
        auto& own = out.factors[static_cast<std::size_t>(found - edge_sum::names.begin())];
        if (own) refuse(term, "a second time");
        own = factor;
    } while (!sum.empty());
    return out;
}

/// A polynomial of one entry; `same`: of a joint with itself.
MGKIT_COLD_INLINE double edge_polynomial(edge_term t, double a, bool same) {
    const double square = a * a, one = same ? 1 : 0;
    switch (t) {
        case edge_term::A:
            return a;
        case edge_term::ch3:
            return 4 * square - a - 2 * one;
        case edge_term::ch4s:
            return 8 * square * square - 4 * square - 4 * a + one;
        case edge_term::cheb2:
            return 2 * square - one;
        case edge_term::cheb3:
            return 4 * square * a - 3 * a;
        default:
            return 8 * square * square - 8 * square + one;
    }
}

}  // namespace detail

MGKIT_COLD_INLINE std::vector<edge_sum> edge_sums(const std::string& list, int blocks,
                                                  const std::string& where) {
    std::vector<edge_sum> out;
    std::string_view rest = list;
    do {
        out.push_back(detail::edge_sum_of(detail::next_piece(rest, ','), where + ": sums"));
    } while (!rest.empty());
    if (out.size() == 1) out.resize(static_cast<std::size_t>(blocks), out[0]);
    if (out.size() != static_cast<std::size_t>(blocks))
        throw error(where + ": sums", text("edges of ", blocks, " blocks, or one sum for all"),
                    text(out.size(), " sums"), "separate the sums of blocks by commas");
    return out;
}

MGKIT_COLD_INLINE std::string searched_sums(std::span<const double> point,
                                            const std::string& where) {
    constexpr std::array terms{"A", "cheb4s", "cheb4", "cheb3", "cheb2", "S", "T", "ST"};
    if (point.empty() || point.size() % terms.size() != 0)
        throw error(where, "eight numbers for each block", text(point.size(), " numbers"));
    std::string out;
    for (std::size_t first = 0; first < point.size(); first += terms.size()) {
        const auto own = point.subspan(first, terms.size());
        const double most = *std::max_element(own.begin(), own.end());
        double whole = 0;
        for (const double v : own) whole += std::exp(v - most);
        for (std::size_t i = 0; i < terms.size(); ++i)
            out += (i > 0         ? "+"
                    : out.empty() ? ""
                                  : ",") +
                   nn::exact(std::exp(own[i] - most) / whole) + "*" + terms[i];
    }
    return out;
}

MGKIT_COLD_INLINE skeleton::adjacency fixed_edges(const edge_sum& sum,
                                                  const skeleton::adjacency& a) {
    skeleton::adjacency out = a;
    std::fill(out.values.begin(), out.values.end(), 0.0);
    const auto v = static_cast<std::size_t>(a.joints);
    std::vector<double> made(v);
    for (const edge_term t : {edge_term::A, edge_term::ch3, edge_term::ch4s, edge_term::cheb2,
                              edge_term::cheb3, edge_term::cheb4, edge_term::cheb4s}) {
        if (!sum.has(t)) continue;
        const bool shares = t == edge_term::ch4s || t == edge_term::cheb4s;
        for (std::size_t k = 0; k < static_cast<std::size_t>(a.slots); ++k)
            for (std::size_t to = 0; to < v; ++to) {
                const auto at = [&](std::size_t from) { return (k * v + from) * v + to; };
                double whole = 0;
                for (std::size_t from = 0; from < v; ++from) {
                    made[from] = detail::edge_polynomial(t, a.values[at(from)], from == to);
                    if (shares) made[from] = std::exp(made[from] / a.joints);
                    whole += made[from];
                }
                for (std::size_t from = 0; from < v; ++from)
                    out.values[at(from)] += sum.factor(t) * made[from] / (shares ? whole : 1);
            }
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::encode
