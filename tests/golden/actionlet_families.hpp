// SPDX-License-Identifier: MIT
// Families: zoo/actclr_loss, zoo/actclr_swap, zoo/actclr_trans.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "golden/momentum_families.hpp"
#include "mgkit/loss/similarity_distribution.hpp"
#include "mgkit/pretext/actionlets.hpp"
#include "mgkit/skeleton/ntu25.hpp"

namespace MGKIT_NAMESPACE::golden::actionlet_group {

using momentum_group::gradient_bound;
using momentum_group::value_bound;

template <class... Ts>
void distribution(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        context ctx;
        gradient_slot<T> slot;
        const recording<T> record(ctx);
        const auto student = watch(tensor_from<T>(ctx, file, "input/sim_q"), slot);
        const auto value = loss::similarity_distribution(
            ctx, student, tensor_from<T>(ctx, file, "input/sim_k"),
            mgkit::constant<T>(ctx, {config.at("queue").get<int>()}, 1),
            {.student = config.at("tau_q").get<double>(),
             .teacher = config.at("tau_k").get<double>(),
             .nearest = config.at("topk").get<int>()});
        expect(out, ctx, file, "output/loss", value.value, value_bound<S>);
        backward(ctx, value);
        expect(out, ctx, file, "grad/input/sim_q", slot.gradient, gradient_bound<S>);
    });
}

/// Row n's donor is row n + `shift` of a batch.
inline index_tensor donors_after(const io::safetensors_file& file, const std::string& shift,
                                 extent rows) {
    const auto by = static_cast<extent>(file.read<double>(shift).at(0));
    std::vector<std::int32_t> out;
    for (extent n = 0; n < rows; ++n) out.push_back(static_cast<std::int32_t>((n + by) % rows));
    return {{rows}, out};
}

template <class... Ts>
void swap(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        context ctx;
        const T x = tensor_from<T>(ctx, file, "input/x");
        const shape in = shape_of(x);
        const extent cells = (in[2] + 3) / 4;
        for (const auto& kind : config.at("found").get<std::vector<std::string>>()) {
            const std::string draws = "input/" + kind + "/rng/", made = "output/" + kind + "/";
            const index_tensor donors = donors_after(file, draws + "00_torch.randint", in[0]);
            const auto whole = [&](const char* name) {
                return static_cast<extent>(file.read<double>(draws + name).at(0));
            };
            const auto expect_made = [&](const T& got) {
                expect(out, ctx, file, made + "x", got, value_bound<S>);
            };
            if (kind.starts_with("interp"))
                expect_made(pretext::pasted_faster(
                    ctx, x, {donors, tensor_from<T>(ctx, file, made + "mask_c")},
                    whole("04_randint"), whole("03_randint")));
            else if (kind.starts_with("mix"))
                expect_made(pretext::pasted(
                    ctx, x,
                    {donors, mgkit::constant<T>(ctx, {cells, in[3]},
                                                file.read<double>(made + "mask").at(0))}));
            else
                expect_made(
                    pretext::pasted(ctx, x, {donors, tensor_from<T>(ctx, file, made + "mask")}));
        }
    });
}

template <class... Ts>
void trans(const io::safetensors_file& file, const io::json&, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        context ctx;
        const auto read = [&](const char* name) { return tensor_from<T>(ctx, file, name); };
        const T x = read("input/x");
        const extent rows = shape_of(x)[0];
        const auto compare = [&](const char* name, const T& got) {
            expect(out, ctx, file, name, got, value_bound<S>);
        };
        compare("output/bone",
                pretext::with_lengths_of(ctx, x, donors_after(file, "input/bone/rng/00", rows)));
        compare("output/joint",
                pretext::with_bones_of(ctx, x, donors_after(file, "input/joint/rng/00", rows),
                                       skeleton::ntu25::parents));
        compare("output/motion",
                pretext::with_motion_of(ctx, x, donors_after(file, "input/motion/rng/00", rows)));
        compare("output/actionlet_swap",
                pretext::actionlet_swap(ctx, x, read("input/y"), read("input/mask")));
        const T actionlets = read("input/pool/x"), inside = read("input/pool/mask");
        const shape mask = shape_of(inside);
        const extent clips = shape_of(actionlets)[0];
        std::vector<std::int32_t> partners;
        for (const double p : file.read<double>("input/pool/partner"))
            partners.push_back(static_cast<std::int32_t>(p));
        const auto shares = pretext::shares_of(
            ctx,
            mgkit::reshape(ctx, actionlets,
                           {clips, shape_of(actionlets).elements() / clips / mask.elements(),
                            mask[0], mask[1]}),
            pretext::paste<T>{index_tensor({clips}, partners), inside});
        compare("output/pool/p", shares.donor);
        compare("output/pool/c", shares.own);
    });
}

template <class... Ts>
void add_families(std::vector<family>& families) {
    families.push_back({"zoo/actclr_loss", distribution<Ts...>});
    families.push_back({"zoo/actclr_swap", swap<Ts...>});
    families.push_back({"zoo/actclr_trans", trans<Ts...>});
}

}  // namespace MGKIT_NAMESPACE::golden::actionlet_group
