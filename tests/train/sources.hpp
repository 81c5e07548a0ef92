// SPDX-License-Identifier: MIT
// Sources of other things than skeleton clips: pairs, bags with masks, images.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mgkit/core/random.hpp"
#include "mgkit/core/recipe.hpp"
#include "mgkit/train/source.hpp"

namespace sources {

using mgkit::extent;
using mgkit::train::field;
using mgkit::train::field_type;
using mgkit::train::host_batch;

/// Values of row `id`: keyed by what the row is, not by where it lies.
inline void draw(std::uint64_t seed, std::uint32_t id, const char* what, std::span<float> out) {
    mgkit::random_stream draws({.seed = seed, .clip = id}, what);
    for (float& v : out) v = static_cast<float>(draws.normal());
}

/// Two measurements of the same moment, the second a mirror image of the first.
struct pairs {
    int count = 12;
    extent width = 6;

    int size() const { return count; }
    std::vector<field> fields() const {
        return {{"first", field_type::real, {width}}, {"second", field_type::real, {width}}};
    }
    mgkit::train::source_row row(int i) const { return {static_cast<std::uint32_t>(i), 0, 0}; }
    mgkit::recipe made_of() const { return {{"pairs", mgkit::text(count, " of width ", width)}}; }
    void fill(const mgkit::context&, std::span<const int> rows, host_batch& out) {
        const auto n = static_cast<std::size_t>(width);
        for (std::size_t r = 0; r < rows.size(); ++r) {
            const auto a = out.reals("first").subspan(r * n, n);
            const auto b = out.reals("second").subspan(r * n, n);
            draw(1, static_cast<std::uint32_t>(rows[r]), "pair", a);
            for (std::size_t i = 0; i < n; ++i) b[i] = a[n - 1 - i];
        }
    }
};

/// Bags of up to `most` vectors, padded with rubbish that a mask tells apart, and a label each:
/// whether the mean of the first column is above 0. Every vector has an identity of its own.
struct bags {
    int count = 16;
    extent most = 5, width = 3;
    float padding = 1e6f;

    int size() const { return count; }
    int filled(int i) const { return 1 + i % static_cast<int>(most); }
    std::vector<field> fields() const {
        return {{"bag", field_type::real, {most, width}},
                {"mask", field_type::byte, {most}},
                {"labels", field_type::integer}};
    }
    mgkit::train::source_row row(int i) const { return {static_cast<std::uint32_t>(i), 0, 0}; }
    mgkit::recipe made_of() const { return {{"bags", mgkit::text(count)}}; }
    void fill(const mgkit::context&, std::span<const int> rows, host_batch& out) {
        const auto n = static_cast<std::size_t>(width), m = static_cast<std::size_t>(most);
        out.identities.clear();
        for (std::size_t r = 0; r < rows.size(); ++r) {
            float sum = 0;
            for (std::size_t k = 0; k < m; ++k) {
                const bool real = static_cast<int>(k) < filled(rows[r]);
                const auto to = out.reals("bag").subspan((r * m + k) * n, n);
                out.bytes("mask")[r * m + k] = real ? 1 : 0;
                out.identities.push_back(
                    {static_cast<std::uint32_t>(rows[r]), static_cast<std::uint32_t>(k)});
                for (float& v : to) v = padding;
                if (!real) continue;
                draw(2, static_cast<std::uint32_t>(rows[r]) * 100 + static_cast<std::uint32_t>(k),
                     "bag", to);
                sum += to[0];
            }
            out.integers("labels")[r] = sum > 0 ? 1 : 0;
        }
    }
};

/// Pictures as bytes, half of them bright.
struct images {
    int count = 8;
    extent side = 4;

    int size() const { return count; }
    std::vector<field> fields() const {
        return {{"image", field_type::byte, {3, side, side}}, {"labels", field_type::integer}};
    }
    mgkit::train::source_row row(int i) const { return {static_cast<std::uint32_t>(i), 0, 0}; }
    mgkit::recipe made_of() const { return {{"images", mgkit::text(count)}}; }
    void fill(const mgkit::context&, std::span<const int> rows, host_batch& out) {
        const auto n = static_cast<std::size_t>(3 * side * side);
        for (std::size_t r = 0; r < rows.size(); ++r) {
            out.integers("labels")[r] = rows[r] % 2;
            for (std::size_t i = 0; i < n; ++i)
                out.bytes("image")[r * n + i] =
                    static_cast<std::uint8_t>(100 * (rows[r] % 2) + 50 + static_cast<int>(i) % 7);
        }
    }
};

static_assert(mgkit::train::source<pairs> && mgkit::train::source<bags> &&
              mgkit::train::source<images>);

}  // namespace sources
