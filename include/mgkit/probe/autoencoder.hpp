// SPDX-License-Identifier: MIT
// Frozen features made narrow for nearest neighbours: the code of an autoencoder.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/data/feature_table.hpp"
#include "mgkit/nn/linear.hpp"
#include "mgkit/tensor/ops/objective.hpp"
#include "mgkit/tensor/repeated_step.hpp"
#include "mgkit/train/adam.hpp"

namespace MGKIT_NAMESPACE::probe {

/// Layers and training; the defaults are those of Predict & Cluster's PyTorch code.
struct autoencoder_settings {
    std::vector<int> widths = {1024, 512, 125};  ///< of the layers, the code's last
    double rate = 1e-3;                          ///< of Adam, without weight decay
    double factor = 0.95;                        ///< on the rate ..
    int every = 50;                              ///< .. each time so many steps are done
    int epochs = 400;                            ///< each one shuffled
    int batch = 64;  ///< rows per step, the last partial batch kept; 0 takes all rows
};

/// A table's rows [N, D] to codes [N, widths.back()], and back. A tanh follows every layer but the
/// last of the way back, whose layers have the same widths in turn. File names `encoder.0.*`,
/// `decoder.0.*` and so on.
template <model_tensor T>
class autoencoder {
public:
    std::vector<nn::linear<T>> encoder, decoder;

    MGKIT_COLD autoencoder(const nn::scope& at, extent columns, std::span<const int> widths) {
        const auto layer = [](const nn::scope& here, extent in, extent out) {
            // As wide as a uniform draw in +-1/sqrt(in), the default of the reference's framework.
            return nn::linear<T>(here, in, out, 1 / std::sqrt(3 * static_cast<double>(in)));
        };
        std::vector<extent> all{columns};
        all.insert(all.end(), widths.begin(), widths.end());
        for (std::size_t i = 0; i + 1 < all.size(); ++i) {
            const std::size_t back = all.size() - 1 - i;
            encoder.push_back(layer(at / text("encoder.", i), all[i], all[i + 1]));
            decoder.push_back(layer(at / text("decoder.", i), all[back], all[back - 1]));
        }
    }

    static constexpr auto fields() {
        return nn::members(nn::field("encoder", &autoencoder::encoder),
                           nn::field("decoder", &autoencoder::decoder));
    }

    template <operand X>
    X code(context& ctx, const X& rows) const {
        X out = rows;
        for (const nn::linear<T>& layer : encoder) out = mgkit::tanh(ctx, layer(ctx, out));
        return out;
    }
    template <operand X>
    X operator()(context& ctx, const X& rows) const {
        X out = code(ctx, rows);
        for (std::size_t i = 0; i < decoder.size(); ++i) {
            out = decoder[i](ctx, out);
            if (i + 1 < decoder.size()) out = mgkit::tanh(ctx, out);
        }
        return out;
    }
};

/// Codes of both sides.
template <class F>
struct coded_features {
    data::basic_feature_table<F> train, test;
};

namespace detail {

/// Errors: a setting outside of its range.
void check_autoencoder(const std::string& where, const autoencoder_settings& settings);

/// Rows `which` of a table; the table and the numbers must outlive the step.
template <tensor T, class F>
T rows_of(context& ctx, const data::basic_feature_table<F>& table, std::span<const int> which) {
    using S = typename backend_traits<T>::scalar;
    const auto fill = [](std::span<S> to, const data::basic_feature_table<F>* from,
                         std::span<const int> rows) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto row = from->row(static_cast<std::size_t>(rows[i]));
            std::copy(row.begin(), row.end(),
                      to.begin() + static_cast<std::ptrdiff_t>(i * from->columns));
        }
    };
    return step_values<T>(ctx,
                          {static_cast<extent>(which.size()), static_cast<extent>(table.columns)},
                          fill, &table, which);
}

/// Codes of a whole table, some rows at a time.
template <tensor T, class F>
data::basic_feature_table<F> codes_of(context& ctx, const autoencoder<T>& model,
                                      const data::basic_feature_table<F>& table) {
    using S = typename backend_traits<T>::scalar;
    constexpr std::size_t most = 1024;
    std::vector<int> all(table.rows);
    std::iota(all.begin(), all.end(), 0);
    data::basic_feature_table<F> out{
        table.rows, static_cast<std::size_t>(shape_of(model.encoder.back().bias.value)[0]), {}};
    out.values.reserve(out.rows * out.columns);
    for (std::size_t first = 0; first < table.rows; first += most) {
        const std::size_t rows = std::min(most, table.rows - first);
        const T code = model.code(ctx, rows_of<T>(ctx, table, std::span(all).subspan(first, rows)));
        std::vector<S> host(rows * out.columns);
        backend_traits<T>::to_host(ctx, code, host);
        out.values.insert(out.values.end(), host.begin(), host.end());
    }
    return out;
}

}  // namespace detail

/// Trains an autoencoder on the features [N, D] of the training side, by the mean squared error,
/// and gives the codes [N, widths.back()] of both sides, for `nearest` and `retrieve`. Features are
/// read as they are, and the test side takes no part in training.
///
/// Randomness: the layers' first weights and the order of each epoch, by `ctx.seed`; the bits do
/// not depend on the number of threads. Cost: epochs x N x 6 times the layers' products
/// multiply-adds. Errors, all before training: no rows, features that are not finite, sides of
/// different width, settings out of their range.
/// Source: Su et al., CVPR 2020 (Predict & Cluster), PyTorch code at 76a2e7c, whose rate likewise
/// falls by steps and not by epochs. Unlike there, first weights are normal draws, of the same
/// deviation, and biases start at 0.
template <tensor T, class F>
coded_features<F> autoencoded(context& ctx, const data::basic_feature_table<F>& train,
                              const data::basic_feature_table<F>& test,
                              const autoencoder_settings& settings = {}) {
    const std::string where = "probe::autoencoded";
    data::check(train, where);
    data::check(test, where);
    if (test.columns != train.columns)
        throw error(where, text("test features of ", train.columns, " columns, as in training"),
                    text(test.columns));
    detail::check_autoencoder(where, settings);
    autoencoder<T> model(nn::scope(ctx, "autoencoder"), static_cast<extent>(train.columns),
                         settings.widths);
    train::updater<T> update(ctx, model, train::adam{.rate = settings.rate, .weight_decay = 0});
    const std::size_t batch =
        settings.batch > 0 ? static_cast<std::size_t>(settings.batch) : train.rows;
    std::vector<int> order(train.rows);
    std::iota(order.begin(), order.end(), 0);
    for (int epoch = 0; epoch < settings.epochs; ++epoch) {
        random_stream draws(random_key{ctx.seed, static_cast<std::uint32_t>(epoch), 0, 0},
                            "probe::autoencoder");
        for (std::size_t i = order.size(); i > 1; --i)
            std::swap(order[i - 1], order[draws.below(static_cast<std::uint32_t>(i))]);
        for (std::size_t first = 0; first < train.rows; first += batch) {
            const auto some = std::span(order).subspan(first, std::min(batch, train.rows - first));
            const auto falls = static_cast<double>(update.steps() / settings.every);
            const recording<T> record(ctx);
            const variable<T> rows{detail::rows_of<T>(ctx, train, some)};
            const variable<T> loss = mse(ctx, model(ctx, rows), rows);
            nn::zero_gradients(model);
            backward(ctx, loss);
            update.step(ctx, settings.rate * std::pow(settings.factor, falls));
        }
    }
    return {detail::codes_of(ctx, model, train), detail::codes_of(ctx, model, test)};
}

}  // namespace MGKIT_NAMESPACE::probe

#if !defined(MGKIT_COMPILED)
#include "mgkit/probe/autoencoder-inl.hpp"
#endif
