// SPDX-License-Identifier: MIT
// Extents of a tensor and the rules by which operations combine them.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE {

using extent = std::ptrdiff_t;

/// Row-major extents of at most eight axes. Negative axis numbers count from the end.
class shape {
public:
    static constexpr int max_rank = 8;

    constexpr shape() = default;
    constexpr shape(std::initializer_list<extent> extents) {
        if (extents.size() > max_rank)
            throw error("shape", "at most 8 axes", std::to_string(extents.size()) + " axes");
        for (extent e : extents) push_back(e);
    }

    constexpr int rank() const { return rank_; }
    constexpr extent operator[](int axis) const { return extents_[at(axis)]; }
    constexpr extent& operator[](int axis) { return extents_[at(axis)]; }
    constexpr const extent* begin() const { return extents_.data(); }
    constexpr const extent* end() const { return extents_.data() + rank_; }
    constexpr void push_back(extent e) {
        if (rank_ == max_rank) throw error("shape", "at most 8 axes", "a ninth");
        if (e < 0) throw error("shape", "extents of zero or more", std::to_string(e));
        extents_[static_cast<std::size_t>(rank_++)] = e;
    }

    /// Axis number in [0, rank).
    constexpr int axis(int number) const {
        const int found = number < 0 ? number + rank_ : number;
        if (found < 0 || found >= rank_)
            throw error("shape::axis", text("an axis of ", str()), std::to_string(number));
        return found;
    }

    constexpr extent elements() const {
        extent count = 1;
        for (extent e : *this) count *= e;
        return count;
    }

    /// Product of the extents before / after an axis (an axis number in [0, rank)).
    constexpr extent before(int axis_number) const {
        extent count = 1;
        for (int i = 0; i < axis_number; ++i) count *= (*this)[i];
        return count;
    }
    constexpr extent after(int axis_number) const {
        extent count = 1;
        for (int i = axis_number + 1; i < rank_; ++i) count *= (*this)[i];
        return count;
    }

    friend constexpr bool operator==(const shape& a, const shape& b) {
        if (a.rank_ != b.rank_) return false;
        for (int i = 0; i < a.rank_; ++i)
            if (a[i] != b[i]) return false;
        return true;
    }

    std::string str() const {
        std::string out = "[";
        for (int i = 0; i < rank_; ++i)
            out += (i ? ", " : "") + std::to_string(extents_[static_cast<std::size_t>(i)]);
        return out + "]";
    }

private:
    constexpr std::size_t at(int number) const { return static_cast<std::size_t>(axis(number)); }

    std::array<extent, max_rank> extents_{};
    int rank_ = 0;
};

/// Extents of two operands after broadcasting (aligned at the last axis; 1 stretches).
inline shape broadcast(const shape& a, const shape& b, const char* where) {
    if (a == b) return a;
    const int rank = a.rank() > b.rank() ? a.rank() : b.rank();
    shape out;
    for (int i = 0; i < rank; ++i) {
        const int ia = i - (rank - a.rank()), ib = i - (rank - b.rank());
        const extent ea = ia < 0 ? 1 : a[ia], eb = ib < 0 ? 1 : b[ib];
        if (ea != eb && ea != 1 && eb != 1)
            throw error(where, text("shapes that broadcast against ", a.str()), b.str(),
                        "make the extents equal, or 1 where one operand repeats");
        out.push_back(ea == 1 ? eb : ea);
    }
    return out;
}

/// Extents of a batched product of (possibly transposed) matrices; leading axes are equal, or one
/// operand is a single matrix.
inline shape product_shape(const shape& a, const shape& b, bool transpose_a, bool transpose_b) {
    if (a.rank() < 2 || b.rank() < 2)
        throw error("matmul", "operands of two or more axes", text(a.str(), " and ", b.str()));
    const extent rows = a[transpose_a ? -1 : -2], inner = a[transpose_a ? -2 : -1];
    const extent inner_b = b[transpose_b ? -1 : -2], columns = b[transpose_b ? -2 : -1];
    const shape& lead = a.rank() >= b.rank() ? a : b;
    bool leads_agree = a.rank() == b.rank() || a.rank() == 2 || b.rank() == 2;
    if (leads_agree && a.rank() == b.rank())
        for (int i = 0; i + 2 < a.rank(); ++i) leads_agree = leads_agree && a[i] == b[i];
    if (inner != inner_b || !leads_agree)
        throw error("matmul", text("a right operand that fits ", a.str(), transpose_a ? "^T" : ""),
                    text(b.str(), transpose_b ? "^T" : ""));
    shape out;
    for (int i = 0; i + 2 < lead.rank(); ++i) out.push_back(lead[i]);
    out.push_back(rows);
    out.push_back(columns);
    return out;
}

}  // namespace MGKIT_NAMESPACE
