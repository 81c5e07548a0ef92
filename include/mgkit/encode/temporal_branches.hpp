// SPDX-License-Identifier: MIT
// Temporal convolution in branches of several reaches, as ST-GCN++, CTR-GCN, MS-G3D and BlockGCN
// have it.
// infrastructure
#pragma once

#include "mgkit/encode/graph_layers.hpp"

namespace MGKIT_NAMESPACE::encode {

/// A branch: 1x1 convolution, and behind it, where `reach` says so, normalisation, relu, and a
/// convolution or a maximum over frames. File names 0, 1, 3 (conv, bn), 4.
template <model_tensor T>
class temporal_branch {
public:
    using tensor_type = T;
    enum class kind { point, maximum, convolution };
    /// kernel and dilation along frames; `normalised`: a further normalisation behind it;
    /// `scatter`: deviation of the scales of normalisation around 1 at the start.
    struct reach {
        kind how = kind::point;
        int kernel = 1, dilation = 1;
        bool normalised = false;
        double scatter = 0;
    };

    temporal_branch() = default;
    /// `alone`: a branch of one layer has no number in its names.
    MGKIT_COLD temporal_branch(const nn::scope& at, extent in, extent out, extent stride,
                               const reach& r, bool alone)
        : point_(alone ? at : at / "0", in, out,
                 along_frames(1, r.how == kind::point ? stride : 1)),
          reach_(r),
          stride_(stride),
          alone_(alone) {
        if (!alone) norm_ = scattered_norm<T>(at / "1", out, r.scatter);
        if (r.how == kind::convolution) {
            const nn::scope unit = at / "3";
            frames_ =
                nn::conv<T>(unit / "conv", out, out, along_frames(r.kernel, stride, r.dilation));
            if (r.normalised) last_ = scattered_norm<T>(unit / "bn", out, r.scatter);
        } else if (r.how == kind::maximum && r.normalised) {
            last_ = scattered_norm<T>(at / "4", out, r.scatter);
        }
    }

    nn::leaf_list<T> leaves() {
        nn::detail::leaf_collector<T> out;
        const auto add = [&](const char* name, auto& member) {
            nn::detail::collect_leaves<T>(member, nn::detail::leaf_place{name}, out);
        };
        add(alone_ ? "" : "0", point_);
        add("1", norm_);
        add("3.conv", frames_);
        add(reach_.how == kind::maximum ? "4" : "3.bn", last_);
        return std::move(out.found);
    }
    /// See nn::prepared.
    void add_standing(context& ctx, nn::standing_values& out) const {
        nn::add_standing(ctx, point_, out);
        frames_.add_standing(ctx, out);
    }

    template <operand X>
    X operator()(context& ctx, const X& x) const {
        X y = with_norm(ctx, point_, norm_, x, {.relu = reach_.how != kind::point});
        if (frames_) return with_norm(ctx, *frames_, last_, y);
        if (reach_.how == kind::maximum) y = max_pool(ctx, y, along_frames(reach_.kernel, stride_));
        return last_ ? last_->channels(ctx, y) : y;
    }

private:
    template <operand X>
    static X with_norm(context& ctx, const nn::conv<T>& conv,
                       const nn::maybe<nn::batch_norm<T>>& norm, const X& x,
                       const normalise_end<X>& end = {}) {
        return norm ? conv.normalised(ctx, x, *norm, end) : conv(ctx, x);
    }

    nn::conv<T> point_;
    nn::maybe<nn::batch_norm<T>> norm_;
    nn::maybe<nn::conv<T>> frames_;
    nn::maybe<nn::batch_norm<T>> last_;
    reach reach_{};
    extent stride_ = 1;
    bool alone_ = false;
};

/// The results of branches side by side: [B, T, V, in] -> [B, T', V, sum of the branches' widths].
template <operand X, class T = tensor_of<X>>
X side_by_side(context& ctx, const X& x, const std::vector<temporal_branch<T>>& branches) {
    std::vector<X> parts;
    for (const auto& branch : branches) parts.push_back(branch(ctx, x));
    return concat(ctx, 3, std::span<const X>(parts));
}

/// What dilated branches look at.
struct dilated_reach {
    int kernel = 3;
    std::vector<int> dilations{1, 2, 3, 4};
    double scatter = 0;  ///< see temporal_branch::reach
};

/// Of settings: `dilations` as "1,2". Errors: an even kernel, no dilations but numbers from 1 to
/// 1024.
inline dilated_reach dilated_reach_of(int kernel, const std::string& dilations,
                                      const std::string& where, double scatter = 0) {
    if (kernel < 1 || kernel % 2 == 0) throw error(where, "an odd kernel", text(kernel));
    return {kernel, number_list(dilations, 1, 1024, where + ": dilations"), scatter};
}

/// Convolutions over `kernel` frames, one for each dilation, a maximum over 3, one that sees single
/// frames, all of equally many channels but for the last, which takes what they leave over. File
/// name branches. Errors: fewer channels than branches.
template <model_tensor T>
struct dilated_branches {
    std::vector<temporal_branch<T>> branches;

    dilated_branches() = default;
    MGKIT_COLD dilated_branches(const nn::scope& at, extent in, extent out, extent stride,
                                const dilated_reach& r) {
        using branch = temporal_branch<T>;
        using kind = typename branch::kind;
        const extent count = static_cast<extent>(r.dilations.size()) + 2, each = out / count;
        if (each < 1)
            throw error(at.name, text("channels of ", count, " or more in every block"), text(out));
        const auto add = [&](const typename branch::reach& how, extent width) {
            branches.emplace_back(at / "branches" / std::to_string(branches.size()), in, width,
                                  stride, how, false);
        };
        for (const int dilation : r.dilations)
            add({kind::convolution, r.kernel, dilation, true, r.scatter}, each);
        add({kind::maximum, 3, 1, true, r.scatter}, each);
        add({kind::point, 1, 1, false, r.scatter}, out - (count - 1) * each);
    }
    static constexpr auto fields() {
        return nn::members(nn::field("branches", &dilated_branches::branches));
    }
};

}  // namespace MGKIT_NAMESPACE::encode
