// SPDX-License-Identifier: MIT
// Families: simclr_ntxent, barlowtwins_loss, vicreg_loss.
#pragma once

#include "golden/support.hpp"
#include "mgkit/loss/barlow_twins.hpp"
#include "mgkit/loss/contrastive.hpp"
#include "mgkit/loss/vicreg.hpp"

namespace MGKIT_NAMESPACE::golden::contrast_group {

/// Float: cosines over small temperatures and roots of nearly constant columns lose a few hundred
/// units in the last place.
template <class S>
constexpr double value_bound = std::is_same_v<S, float> ? 1e-4 : 1e-9;
template <class S>
constexpr double gradient_bound = std::is_same_v<S, float> ? 5e-3 : 1e-9;

/// Sets of two views of a file: `compute(ctx, z0, z1, set, prefix)` gives the loss of one, whose
/// gradients are compared then. `blurred(set)`: gradients are rounding noise around 0, so they are
/// compared beside 1.
template <class T, class Compute, class Blurred>
void sets(const io::safetensors_file& file, const io::json& config, checks& out, Compute&& compute,
          Blurred&& blurred) {
    using S = scalar_of<T>;
    for (std::size_t i = 0; i < config.at("sets").size(); ++i) {
        const io::json& set = config.at("sets")[i];
        const std::string name = text("set", i);
        context ctx;
        gradient_slot<T> slots[2];
        const auto view = [&](std::size_t k) {
            return watch(tensor_from<T>(ctx, file, text("input/", name, "/z", k)), slots[k]);
        };
        const variable<T> z0 = view(0), z1 = view(1);
        const recording<T> record(ctx);
        const variable<T> loss = compute(ctx, z0, z1, set, "output/" + name);
        auto value = nn::host_values(ctx, loss.value);
        auto recorded = file.read<double>("output/" + name + "/loss");
        if (std::is_same_v<S, float>) {
            // Where it is nearly 0 it is a difference of scores of order 1 or above, and rounds so.
            value.push_back(1);
            recorded.push_back(1);
        }
        out.close("output/" + name + "/loss", std::span(value), std::span(recorded),
                  value_bound<S>);
        backward(ctx, loss);
        for (std::size_t k = 0; k < 2; ++k) {
            const std::string stored = text("grad/input/", name, "/z", k);
            auto got = nn::host_values(ctx, slots[k].gradient);
            auto want = file.read<double>(stored);
            if (blurred(set)) {
                got.push_back(1);
                want.push_back(1);
            }
            out.close(stored, std::span(got), std::span(want), gradient_bound<S>);
        }
    }
}

inline bool is(const io::json& set, const char* kind) {
    return set.at("kind").get<std::string>() == kind;
}

template <class... Ts>
void nt_xent(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        sets<T>(
            file, config, out,
            [](context& ctx, const auto& z0, const auto& z1, const io::json& set,
               const std::string&) {
                return loss::nt_xent(ctx, z0, z1, set.at("temperature").get<double>());
            },
            [](const io::json& set) { return is(set, "collapsed"); });
    });
}

template <class... Ts>
void barlow_twins(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        sets<T>(
            file, config, out,
            [](context& ctx, const auto& z0, const auto& z1, const io::json& set,
               const std::string&) {
                return loss::barlow_twins(ctx, z0, z1, {set.at("lambd").get<double>()});
            },
            [](const io::json&) { return false; });
    });
}

template <class... Ts>
void vicreg(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        sets<T>(
            file, config, out,
            [&](context& ctx, const auto& z0, const auto& z1, const io::json& set,
                const std::string& at) {
                const auto terms =
                    loss::vicreg(ctx, z0, z1,
                                 {set.at("sim").get<double>(), set.at("std").get<double>(),
                                  set.at("cov").get<double>()});
                expect(out, ctx, file, at + "/repr_loss", terms.similarity.value, value_bound<S>);
                expect(out, ctx, file, at + "/std_loss", terms.variance.value, value_bound<S>);
                expect(out, ctx, file, at + "/cov_loss", terms.covariance.value, value_bound<S>);
                return terms.total;
            },
            [](const io::json&) { return false; });
    });
}

template <class... Ts>
void add_families(std::vector<family>& families) {
    families.push_back({"pretext/simclr_ntxent", nt_xent<Ts...>});
    families.push_back({"pretext/barlowtwins_loss", barlow_twins<Ts...>});
    families.push_back({"pretext/vicreg_loss", vicreg<Ts...>});
}

}  // namespace MGKIT_NAMESPACE::golden::contrast_group
