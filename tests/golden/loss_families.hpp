// SPDX-License-Identifier: MIT
// Families: loss_terms, loss_total.
#pragma once

#include "golden/support.hpp"
#include "mgkit/loss/decorrelation.hpp"

namespace MGKIT_NAMESPACE::golden::loss_group {

/// Float bounds. The reference's own float32 figures are not recorded for losses; standardised
/// columns lose up to a few hundred units in the last place where they are nearly constant.
template <class S>
constexpr double value_bound = std::is_same_v<S, float> ? 1e-4 : 1e-9;
template <class S>
constexpr double gradient_bound = std::is_same_v<S, float> ? 2e-3 : 1e-9;

/// Four watched embeddings of a file.
template <class T>
struct embeddings {
    std::vector<variable<T>> views;
    std::array<gradient_slot<T>, 4> slots{};

    embeddings(context& ctx, const io::safetensors_file& file, const std::string& prefix) {
        for (std::size_t k = 0; k < 4; ++k)
            views.push_back(watch(tensor_from<T>(ctx, file, text(prefix, k)), slots[k]));
    }
};

template <class... Ts>
void loss_terms(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        using X = variable<T>;
        context ctx;
        loss::decorrelation_settings s;
        s.guard = 0;
        s.variance = config.at("var_weight").get<double>();
        s.off_diagonal = config.at("off_weight").get<double>();
        s.variance_epsilon = config.at("var_eps").get<double>();
        const double values = value_bound<S>, gradients = gradient_bound<S>;

        // Two rows make standardised columns +-0.7071 whatever the input: gradients are exactly
        // zero, the file holds rounding noise, and only an absolute bound means anything.
        const bool flat = config.at("batch").get<int>() == 2;
        const auto term = [&](const std::string& name, auto&& compute) {
            embeddings<T> z(ctx, file, "input/z");
            const recording<T> record(ctx);
            const X value = compute(z.views);
            expect(out, ctx, file, "output/" + name, value.value, values);
            backward(ctx, value);
            for (std::size_t k = 0; k < 4; ++k) {
                const std::string stored = text("grad/", name, "/z", k);
                if (!file.contains(stored)) continue;
                auto got = nn::host_values(ctx, z.slots[k].gradient);
                auto want = file.read<double>(stored);
                if (flat && name.find("xc") != std::string::npos) {
                    got.push_back(1);
                    want.push_back(1);
                }
                out.close(stored, std::span(got), std::span(want), gradients);
            }
        };
        term("similarity", [&](auto& z) { return loss::similarity(ctx, z); });
        term("cal_xc", [&](auto& z) { return loss::cross_correlations(ctx, z, s); });
        for (std::size_t k = 0; k < 4; ++k)
            term(text("v_ac_", k),
                 [&](auto& z) { return loss::variance_covariance(ctx, z[k], s); });
        term("v_ac_sum", [&](auto& z) {
            X total = loss::variance_covariance(ctx, z[0], s);
            for (std::size_t k = 1; k < 4; ++k)
                total = add(ctx, total, loss::variance_covariance(ctx, z[k], s));
            return total;
        });
        for (std::size_t a = 0; a < 4; ++a)
            for (std::size_t b = a + 1; b < 4; ++b)
                term(text("xcorr_", a, b), [&](auto& z) {
                    return loss::cross_correlation(ctx, loss::standardised(ctx, z[a], s.guard),
                                                   loss::standardised(ctx, z[b], s.guard),
                                                   s.off_diagonal);
                });
    });
}

template <class... Ts>
void loss_total(const io::safetensors_file& file, const io::json& config, checks& out) {
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        using X = variable<T>;
        context ctx;
        loss::decorrelation_settings s;
        s.guard = 0;
        s.similarity = config.at("ws").at("sim").get<double>();
        s.variance_covariance = config.at("ws").at("vac").get<double>();
        s.cross_correlation = config.at("ws").at("xcorr").get<double>();
        embeddings<T> t(ctx, file, "input/z_t"), p(ctx, file, "input/z_s"),
            i(ctx, file, "input/z_i");
        const recording<T> record(ctx);
        const auto compare = [&](const auto& terms, const std::string& suffix) {
            expect(out, ctx, file, "output/sim" + suffix, terms.similarity.value, value_bound<S>);
            expect(out, ctx, file, "output/vac" + suffix, terms.variance_covariance.value,
                   value_bound<S>);
            expect(out, ctx, file, "output/xcorr" + suffix, terms.cross_correlation.value,
                   value_bound<S>);
        };
        compare(loss::decorrelation(ctx, t.views, s), "_t");
        compare(loss::decorrelation(ctx, p.views, s), "_s");
        compare(loss::decorrelation(ctx, i.views, s), "_i");
        const auto terms =
            loss::decorrelation(ctx, loss::multi_grained<X>{t.views, p.views, i.views}, s);
        compare(terms, "");
        expect(out, ctx, file, "output/loss", terms.total.value, value_bound<S>);
        backward(ctx, terms.total);
        for (std::size_t k = 0; k < 4; ++k) {
            expect(out, ctx, file, text("grad/z_t", k), t.slots[k].gradient, gradient_bound<S>);
            expect(out, ctx, file, text("grad/z_s", k), p.slots[k].gradient, gradient_bound<S>);
            expect(out, ctx, file, text("grad/z_i", k), i.slots[k].gradient, gradient_bound<S>);
        }
    });
}

template <class... Ts>
void add_families(std::vector<family>& families) {
    families.push_back({"loss_terms", loss_terms<Ts...>});
    families.push_back({"loss_total", loss_total<Ts...>});
}

}  // namespace MGKIT_NAMESPACE::golden::loss_group
