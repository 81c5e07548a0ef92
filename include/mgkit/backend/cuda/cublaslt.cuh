// SPDX-License-Identifier: MIT
// Batched products by cuBLASLt: descriptors and the algorithm are chosen once per kind of product.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <type_traits>

#include "mgkit/backend/cuda/core.cuh"
#include "mgkit/backend/cuda/product.cuh"

namespace MGKIT_NAMESPACE::cuda {

template <class S>
inline constexpr cudaDataType_t data_type = std::is_same_v<S, double> ? CUDA_R_64F
                                            : std::is_same_v<S, bf16> ? CUDA_R_16BF
                                                                      : CUDA_R_32F;

/// The products that a runtime has met. Row-major c = a b is column-major c' = b' a', so cuBLASLt's
/// left factor is b. Reductions in its workspace keep a fixed order: equal inputs give equal bits.
class product_plans {
public:
    /// What is done of the product's extras: a runtime without an algorithm for them leaves them.
    template <class In, class Out>
    extras run(const core& device, const product<In, Out>& p) {
        using S = scale_type<Out>;
        plan& chosen = find(device, p);
        const void* const extra = chosen.with == epilogue::sums ? p.sums : p.bias;
        if (chosen.with != epilogue::none)
            set(chosen.operation.get(), CUBLASLT_MATMUL_DESC_BIAS_POINTER, extra);
        const S alpha = S(1), beta = static_cast<S>(p.beta);
        check(cublasLtMatmul(device.blas(), chosen.operation.get(), &alpha, p.b, chosen.left.get(),
                             p.a, chosen.right.get(), &beta, p.c, chosen.result.get(), p.c,
                             chosen.result.get(), &chosen.algorithm, device.workspace(),
                             device.where().workspace, device.stream()),
              "cublasLtMatmul");
        return {chosen.with == epilogue::bias, chosen.with == epilogue::sums};
    }

private:
    struct closer {
        void operator()(cublasLtMatmulDesc_t d) const { cublasLtMatmulDescDestroy(d); }
        void operator()(cublasLtMatrixLayout_t l) const { cublasLtMatrixLayoutDestroy(l); }
        void operator()(cublasLtMatmulPreference_t p) const { cublasLtMatmulPreferenceDestroy(p); }
    };
    template <class Handle>
    using owned = std::unique_ptr<std::remove_pointer_t<Handle>, closer>;

    /// What alpha and beta are: bf16 results are added up in float.
    template <class Out>
    using scale_type = std::conditional_t<std::is_same_v<Out, double>, double, float>;
    enum class epilogue { none, bias, sums };

    struct plan {
        owned<cublasLtMatmulDesc_t> operation;
        owned<cublasLtMatrixLayout_t> left, right, result;
        cublasLtMatmulAlgo_t algorithm;
        epilogue with = epilogue::none;
    };
    using key = std::array<std::int64_t, 20>;

    template <class V>
    static void set(cublasLtMatmulDesc_t d, cublasLtMatmulDescAttributes_t what, const V& value) {
        check(cublasLtMatmulDescSetAttribute(d, what, &value, sizeof value),
              "describing a product");
    }
    template <class V>
    static void set(cublasLtMatmulPreference_t p, cublasLtMatmulPreferenceAttributes_t what,
                    const V& value) {
        check(cublasLtMatmulPreferenceSetAttribute(p, what, &value, sizeof value),
              "preferring an algorithm");
    }
    static owned<cublasLtMatrixLayout_t> layout(cudaDataType_t type, extent rows, extent columns,
                                                extent ld, extent batch, extent step) {
        cublasLtMatrixLayout_t made = nullptr;
        check(cublasLtMatrixLayoutCreate(&made, type, static_cast<std::uint64_t>(rows),
                                         static_cast<std::uint64_t>(columns), ld),
              "describing a matrix");
        owned<cublasLtMatrixLayout_t> out(made);
        const auto count = static_cast<std::int32_t>(batch);
        const std::int64_t offset = step;
        check(cublasLtMatrixLayoutSetAttribute(made, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count,
                                               sizeof count),
              "describing a batch");
        check(cublasLtMatrixLayoutSetAttribute(made, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET,
                                               &offset, sizeof offset),
              "describing a batch");
        return out;
    }
    /// Bytes, at most 256, to which every matrix of a batch is aligned.
    static std::uint32_t alignment(const void* place, extent step, std::size_t size) {
        const auto bits = reinterpret_cast<std::uintptr_t>(place) |
                          static_cast<std::uintptr_t>(step) * size | 256u;
        return static_cast<std::uint32_t>(bits & (~bits + 1));
    }

    template <class In, class Out>
    plan& find(const core& device, const product<In, Out>& p) {
        const std::uint32_t left = alignment(p.b, p.step_b, sizeof(In)),
                            right = alignment(p.a, p.step_a, sizeof(In)),
                            result = alignment(p.c, p.step_c, sizeof(Out)),
                            extra = alignment(p.sums != nullptr ? p.sums : p.bias, 0, sizeof(Out));
        const epilogue wanted = p.sums != nullptr   ? epilogue::sums
                                : p.bias != nullptr ? epilogue::bias
                                                    : epilogue::none;
        const key k{data_type<In>, data_type<Out>,
                    p.transpose_a, p.transpose_b,
                    p.m,           p.n,
                    p.k,           p.a_ld,
                    p.step_a,      p.b_ld,
                    p.step_b,      p.c_ld,
                    p.step_c,      p.batch,
                    p.beta,        static_cast<int>(wanted),
                    left,          right,
                    result,        extra};
        if (const auto known = plans_.find(k); known != plans_.end()) return known->second;
        const std::array<std::uint32_t, 3> aligned{left, right, result};
        plan made;
        if (!choose(device, p, aligned, wanted, made) &&
            (wanted == epilogue::none || !choose(device, p, aligned, epilogue::none, made)))
            throw error(
                "cublasLt: matmul", "an algorithm for this product",
                text("none for ", p.batch, " of [", p.m, ", ", p.k, "] by [", p.k, ", ", p.n, "]"));
        return plans_.emplace(k, std::move(made)).first->second;
    }

    template <class In, class Out>
    static bool choose(const core& device, const product<In, Out>& p,
                       const std::array<std::uint32_t, 3>& aligned, epilogue with, plan& to) {
        const cublasComputeType_t compute = std::is_same_v<Out, double> ? CUBLAS_COMPUTE_64F
                                            : std::is_same_v<In, float> && device.where().tf32
                                                ? CUBLAS_COMPUTE_32F_FAST_TF32
                                                : CUBLAS_COMPUTE_32F;
        cublasLtMatmulDesc_t operation = nullptr;
        check(cublasLtMatmulDescCreate(&operation, compute, data_type<scale_type<Out>>),
              "describing a product");
        to.operation.reset(operation);
        const auto flag = [](bool on) { return on ? CUBLAS_OP_T : CUBLAS_OP_N; };
        set(operation, CUBLASLT_MATMUL_DESC_TRANSA, flag(p.transpose_b));
        set(operation, CUBLASLT_MATMUL_DESC_TRANSB, flag(p.transpose_a));
        if (with != epilogue::none) {
            // The sums of op(a)'s rows are those of the columns of cuBLASLt's right factor.
            set(operation, CUBLASLT_MATMUL_DESC_EPILOGUE,
                with == epilogue::sums ? CUBLASLT_EPILOGUE_BGRADB : CUBLASLT_EPILOGUE_BIAS);
            const void* const extra = with == epilogue::sums ? p.sums : p.bias;
            set(operation, CUBLASLT_MATMUL_DESC_BIAS_POINTER, extra);
            set(operation, CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, data_type<Out>);
        }
        to.with = with;
        to.left = layout(data_type<In>, p.transpose_b ? p.k : p.n, p.transpose_b ? p.n : p.k,
                         p.b_ld, p.batch, p.step_b);
        to.right = layout(data_type<In>, p.transpose_a ? p.m : p.k, p.transpose_a ? p.k : p.m,
                          p.a_ld, p.batch, p.step_a);
        to.result = layout(data_type<Out>, p.n, p.m, p.c_ld, p.batch, p.step_c);

        cublasLtMatmulPreference_t preference = nullptr;
        check(cublasLtMatmulPreferenceCreate(&preference), "preferring an algorithm");
        const owned<cublasLtMatmulPreference_t> kept(preference);
        set(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
            static_cast<std::uint64_t>(device.where().workspace));
        set(preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
            static_cast<std::uint32_t>(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE));
        set(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, aligned[0]);
        set(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, aligned[1]);
        set(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, aligned[2]);
        set(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, aligned[2]);
        cublasLtMatmulHeuristicResult_t best{};
        int found = 0;
        const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(
            device.blas(), operation, to.left.get(), to.right.get(), to.result.get(),
            to.result.get(), preference, 1, &best, &found);
        const bool refused = status == CUBLAS_STATUS_NOT_SUPPORTED ||
                             (with != epilogue::none && status == CUBLAS_STATUS_INVALID_VALUE);
        if (refused || (status == CUBLAS_STATUS_SUCCESS && found == 0)) return false;
        check(status, "choosing an algorithm");
        to.algorithm = best.algo;
        return true;
    }

    std::map<key, plan> plans_;
};

}  // namespace MGKIT_NAMESPACE::cuda
