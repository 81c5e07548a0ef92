// SPDX-License-Identifier: MIT
// The default backend with products in bf16: twice the arithmetic on processors that have it.
#pragma once

#include "mgkit/core/compiler.hpp"

#if !defined(MGKIT_GEMM_ONEDNN)
#error "mgkit: backend/eigen_bf16.hpp needs oneDNN: configure with -DMGKIT_GEMM=onednn"
#else

#include <bit>
#include <cstdint>
#include <oneapi/dnnl/dnnl.hpp>

#include "mgkit/backend/eigen.hpp"

namespace MGKIT_NAMESPACE::gemm {

/// oneDNN's product of bfloat16 factors with float sums. Factors of `matmul`, `linear`, `conv` and
/// `classifier_loss` are rounded to the nearest bfloat16 (ties to even), once per product; the
/// small products inside `attention`, `attend`, `token_mix` and `graph_contract`, and a recurrence's
/// steps, stay in float. Errors: no_device where the processor has no such product.
struct onednn_bf16 {
    static constexpr const char* name = "onednn bf16";
    static constexpr double least_work = 1.6e7;  ///< oneDNN packs the second factor in every call
    using factor = std::uint16_t;                ///< the upper half of a float's bits

    /// Factors of one product, rounded and without gaps between rows.
    class rounded_factors {
    public:
        rounded_factors(context& ctx, int threads, const problem<float>& p) {
            const auto a = block(p.transpose_a, p.m, p.k), b = block(p.transpose_b, p.k, p.n);
            a_ = round(ctx, threads, p.a, p.lda, a);
            b_ = round(ctx, threads, p.b, p.ldb, b);
            product_ = {p.transpose_a, p.transpose_b, p.m,       p.n,    p.k, a_.data(),
                        a.columns,     b_.data(),     b.columns, p.beta, p.c, p.ldc};
        }
        const problem<float, factor>& product() const { return product_; }

    private:
        struct size {
            extent rows, columns;
        };
        using buffer = scratch<factor>;

        static size block(bool transposed, extent rows, extent columns) {
            return transposed ? size{columns, rows} : size{rows, columns};
        }
        static buffer round(context& ctx, int threads, const float* from, extent step, size s) {
            buffer out(ctx, static_cast<std::size_t>(s.rows * s.columns));
            constexpr extent piece = 1 << 16;
            const extent rows = std::max<extent>(1, piece / std::max<extent>(1, s.columns));
            parallel_for(threads, (s.rows + rows - 1) / rows, [&](extent i) {
                for (extent r = i * rows; r < std::min(s.rows, (i + 1) * rows); ++r)
                    round_row(from + r * step, out.data() + r * s.columns, s.columns);
            });
            return out;
        }
        static void round_row(const float* from, factor* to, extent count) {
            for (extent i = 0; i < count; ++i) {
                const auto bits = std::bit_cast<std::uint32_t>(from[i]);
                const std::uint32_t even = bits + 0x7FFF + ((bits >> 16) & 1);
                const bool number = (bits & 0x7FFFFFFF) <= 0x7F800000;
                to[i] = static_cast<factor>((number ? even : (bits | 0x400000)) >> 16);
            }
        }

        buffer a_, b_;
        problem<float, factor> product_{};
    };

    static rounded_factors rounded(context& ctx, int threads, const problem<float>& p) {
        return {ctx, threads, p};
    }

    static void run(const problem<float>& p) { onednn::run(p); }

    static void run(const problem<float, factor>& p) {
        require_serial_onednn();
        const serial_region one_thread;
        using memory = dnnl::memory;
        constexpr auto coarse = memory::data_type::bf16, fine = memory::data_type::f32;
        try {
            const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
            dnnl::stream stream(engine);
            const auto steps = [](bool transposed, extent step) {
                return transposed ? memory::dims{1, step} : memory::dims{step, 1};
            };
            const memory::desc a({p.m, p.k}, coarse, steps(p.transpose_a, p.lda)),
                b({p.k, p.n}, coarse, steps(p.transpose_b, p.ldb)),
                c({p.m, p.n}, fine, memory::dims{p.ldc, 1});
            dnnl::primitive_attr settings;
            if (p.beta != 0) {
                dnnl::post_ops add;
                add.append_sum(p.beta);
                settings.set_post_ops(add);
            }
#if DNNL_VERSION_MAJOR >= 3
            const dnnl::matmul::primitive_desc chosen(engine, a, b, c, settings);
#else
            const dnnl::matmul::primitive_desc chosen(dnnl::matmul::desc(a, b, c), settings,
                                                      engine);
#endif
            dnnl::matmul(chosen).execute(
                stream, {{DNNL_ARG_SRC, memory(a, engine, const_cast<factor*>(p.a))},
                         {DNNL_ARG_WEIGHTS, memory(b, engine, const_cast<factor*>(p.b))},
                         {DNNL_ARG_DST, memory(c, engine, p.c)}});
            stream.wait();
        } catch (const dnnl::error& refused) {
            if (refused.status != dnnl_unimplemented) throw;
            throw no_device("bf16 products", "a processor with AVX-512", "none in oneDNN's view",
                            "use mgkit::eigen::tensor<float>");
        }
    }
};

template <>
struct precision_of<float, onednn_bf16> {
    static constexpr const char* precision = "bf16";
    static constexpr double epsilon = 0x1p-8;
};

}  // namespace MGKIT_NAMESPACE::gemm

namespace MGKIT_NAMESPACE::eigen {

/// Float values, statistics, losses and parameters; factors of products rounded to bfloat16.
using bf16 = tensor<float, gemm::onednn_bf16>;

static_assert(mgkit::tensor<bf16>);

}  // namespace MGKIT_NAMESPACE::eigen

#endif
